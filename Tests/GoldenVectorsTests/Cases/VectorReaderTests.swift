import Foundation
import TestSupport
import Testing

/// Tests the reader itself: a damaged file leads to one clear message with file and line, never to a crash.
struct VectorReaderTests {
    private static let good = #"{"x":"0000000000000001","m":2,"r":"0000000000000003"}"#

    /// Runs a reader of `fill_aligned` on some text.
    private func problems(_ text: String, name: String = "case.jsonl") throws -> [String] {
        try problems(Data(text.utf8), name: name) { line, report in
            _ = try line.member("m").powerOfTwo(in: 1...64)
            try report.check("r", try line.member("r").word.digits, "0000000000000003")
        }
    }

    private func problems(
        _ content: Data, name: String, _ body: (VectorValue, inout VectorReport) throws -> Void,
        finish: (inout VectorReport) throws -> Void = { _ in }
    ) throws -> [String] {
        let folder = try TemporaryFolder()
        try folder.write(Array(content), to: name)
        let file = try #require(VectorFolder(URL(fileURLWithPath: folder.path)).file("case"))
        return file.problems(body, finish: finish)
    }

    @Test func goodLinesHaveNoProblems() throws {
        #expect(try problems(Self.good + "\n" + Self.good + "\n") == [])
        #expect(try problems(Self.good) == [], "the last line may lack its line break")
    }

    @Test func aDifferenceIsReportedWithItsPlaceAndBothValues() throws {
        let wrong = Self.good.replacingOccurrences(of: "3\"", with: "4\"")
        #expect(
            try problems(Self.good + "\n" + wrong + "\n")
                == ["case.jsonl:2: r: expected 0000000000000004, got 0000000000000003"])
    }

    @Test func theReaderStopsAfterTwentyDifferences() throws {
        let wrong = Self.good.replacingOccurrences(of: "3\"", with: "4\"") + "\n"
        let found = try problems(String(repeating: wrong, count: 30))
        #expect(found.count == 21)
        #expect(found.last == "case.jsonl:20: stopped here after 20 differences")
    }

    @Test(
        arguments: [
            (#"{"x":"0000000000000001","m":2,"r":"00000"#, "the line is not a JSON object or array"),
            ("", "the line is not a JSON object or array"),
            ("7", "the line is not a JSON object or array"),
            ("[1,2]", "the line should be an object, is"),
            (#"{"x":"1","r":"0000000000000003"}"#, "m is missing"),
            (#"{"m":"two","r":"0000000000000003"}"#, "m should be an integer of at least 0, is two"),
            (#"{"m":2.5,"r":"0000000000000003"}"#, "m should be an integer of at least 0, is 2.5"),
            (#"{"m":-2,"r":"0000000000000003"}"#, "m should be an integer of at least 0, is -2"),
            (#"{"m":3,"r":"0000000000000003"}"#, "m should be a power of two in 1...64, is 3"),
            (#"{"m":128,"r":"0000000000000003"}"#, "m should be a power of two in 1...64, is 128"),
            (#"{"m":1e300,"r":"0000000000000003"}"#, "m should be an integer of at least 0, is 1e+300"),
            (#"{"m":2,"r":"03"}"#, "r should be 16 hexadecimal digits, is 03"),
            (#"{"m":2,"r":"000000000000000g"}"#, "r should be 16 hexadecimal digits"),
            (#"{"m":2,"r":null}"#, "r should be a string, is"),
        ])
    func aDamagedLineIsNamed(line: String, message: String) throws {
        let found = try problems(Self.good + "\n" + line + "\n" + Self.good + "\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("case.jsonl:2: damaged: \(message)") == true, "\(found)")
    }

    @Test func anEmptyFileIsDamaged() throws {
        #expect(try problems("") == ["case.jsonl: damaged: the file is empty"])
    }

    @Test func textThatIsNotUnicodeIsDamaged() throws {
        let found = try problems(Data([0x7b, 0xff, 0xfe, 0x7d, 0x0a]), name: "case.jsonl") { _, _ in }
        #expect(found == ["case.jsonl:1: damaged: the line is not a JSON object or array"])
    }

    @Test func aFileThatIsNotReallyCompressedIsDamaged() throws {
        let found = try problems(Self.good + "\n", name: "case.jsonl.gz")
        #expect(found == ["case.jsonl: damaged: gzip -dc ended with status 1"])
    }

    @Test func aMissingFileIsNotFound() {
        #expect(VectorFolder(URL(fileURLWithPath: "/nonexistent")).file("case") == nil)
    }

    /// A trace is refused if it asks for something that would stop an allocator.
    @Test(
        arguments: [
            (#"["alloc",1,0,0]"#, "an operation before the first run"),
            (Self.start + #"["free",9,1]"#, "[1] should be the first page of a run of 1 pages in use"),
            (Self.start + #"["free",511,2]"#, "[1] should be the first page of a run of 2 pages in use"),
            (Self.start + #"["free",-1,1]"#, "[1] should be an integer in"),
            (Self.start + #"["alloc",0,0,0]"#, "[1] should be an integer in"),
            (Self.start + #"["alloc",1,0]"#, "the operation lacks field [3]"),
            (Self.start + #"["cache",4,0,"f","0"]"#, "[1] should be an integer in 0...3"),
            (Self.start + #"["calloc",0,65,-1,0]"#, "[2] should be an integer in 1...64"),
            (Self.start + #"["grow",0,1]"#, "[1] should be the index of a chunk that is not there yet"),
            (Self.start + #"["grow",4611686018427387904,1]"#, "[1] should be an integer in"),
            (Self.start + #"["dance"]"#, "[0] should be an operation, is dance"),
            (Self.start + #"[]"#, "the line should be an array of at least 1"),
            (Self.start + #"{"t":"end"}"#, "t should be \"init\", \"ck\" or \"state\""),
            (Self.start + #"["alloc",1,0,8192]"#, "the run has 1 operations, 3 were announced"),
        ])
    func aDamagedTraceIsRefused(text: String, message: String) throws {
        let trace = GoldenTrace()
        let found = try problems(
            Data((text + "\n").utf8), name: "case.jsonl", trace.take, finish: trace.finish)
        #expect(found.count == 1)
        #expect(found.first?.contains("damaged: \(message)") == true, "\(found)")
    }

    private static let start =
        #"{"t":"init","ops":3,"physPage":4096,"hugePage":0,"chunks":[[0,"0","f"]]}"# + "\n"
}
