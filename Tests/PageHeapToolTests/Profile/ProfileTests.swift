import Foundation
import PageHeapSimulation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

/// Profiles of sampled allocations: what processes write, and the files that are made of it.
struct ProfileTests {
    /// Two blocks of one stack and one of another, in a program at 0x1000 that called a library at 0x9000.
    private static let text = """
        pageheap-profile 1
        process 42
        mean 1000
        refused 3
        library 9010
        stack 0 0 0
        stack 5 5000 50 9011 9022 1101 1202
        stack 12 700 7 1101
        block 5 100 1050 30
        block 5 50 1025 0
        block 12 2000 2313 0
        program /usr/bin/my program
        mapping 1000-2000 r-xp 00000000 08:01 77                         /usr/bin/my program
        mapping 9000-a000 r-xp 00001000 08:01 78                         /usr/lib/libpageheapmalloc.so
        mapping b000-c000 rw-p 00000000 00:00 0
        end

        """

    private static let seed = environmentNumber("PAGEHEAP_SEED") ?? 1

    private func profile(_ text: String = text) throws -> RawProfile { try RawProfile(Array(text.utf8)) }

    // MARK: What processes write

    @Test func aProfileIsRead() throws {
        let profile = try profile()
        #expect(profile.process == 42 && profile.meanBytes == 1000 && profile.refused == 3)
        #expect(profile.program == "/usr/bin/my program")
        #expect(profile.stacks[5]?.frames == [0x9011, 0x9022, 0x1101, 0x1202])
        #expect(profile.blocks.count == 3 && profile.blocks[0].pinned == 30)
        #expect(profile.mappings.map(\.path) == ["/usr/bin/my program", "/usr/lib/libpageheapmalloc.so"])
        #expect(profile.mapping(of: 0x1fff)?.fileNumber == 77 && profile.mapping(of: 0x2000) == nil)
        #expect(profile.mapping(of: 0xb500) == nil)
    }

    @Test(
        arguments: [
            ("stack 12 700 7 1101", "stack 5 700 7 1101", "line 8 is damaged"),
            ("block 5 50 1025 0", "block 5 50 10 0", "line 10 is damaged"),
            ("block 5 50 1025 0", "block 5 0 10 0", "line 10 is damaged"),
            ("block 5 50 1025 0", "block 6 50 1025 0", "it has no stack 6"),
            ("block 5 50 1025 0", "block 5 50 1025 0 1", "line 10 is damaged"),
            ("mean 1000", "mean 10 00x", "line 3 is damaged"), ("mean 1000", "average 1000", "line 3 is damaged"),
            ("1000-2000", "2000-1000", "line 13 is damaged"),
            ("pageheap-profile 1", "pageheap-profile 2", "no profile of version 1"),
            ("end\n", "", "cut off after line 15"),
        ])
    func aDamagedProfileIsRefusedWithItsLine(_ part: String, _ replacement: String, _ message: String) throws {
        let text = Self.text.replacingOccurrences(of: part, with: replacement)
        if part == "mean 1000" && replacement == "mean 10 00x" {
            // What follows a number is not looked at.
            #expect(try profile(text).meanBytes == 10)
            return
        }
        let damage = #expect(throws: RawProfile.Damage.self) { try profile(text) }
        #expect(damage?.description.contains(message) == true, "\(damage?.description ?? "")")
    }

    @Test func anyBytesAreReadOrRefused() throws {
        var generator = SeededGenerator(seed: Self.seed)
        for _ in 0..<3000 {
            var bytes = Array(Self.text.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            guard let profile = try? RawProfile(bytes) else { continue }
            let heap = HeapProfile([profile])
            _ = FoldedStacks(profile: heap, value: .inUse).text()
            _ = PprofProfile(heap).bytes()
        }
    }

    // MARK: What is made of it

    @Test func samplesAreScaledToWhatTheyStandFor() throws {
        let heap = HeapProfile([try profile()])
        #expect(heap.samples.map(\.frames) == [[0x1101, 0x1202], [0x1101]] && heap.refused == 3)
        let first = heap.samples[0].values
        #expect(first.bytes == 2075 && abs(first.blocks - (10.5 + 20.5)) < 1e-9 && abs(first.pinnedBytes - 315) < 1e-9)
        #expect(first.allocatedBytes == 5000 && first.allocatedBlocks == 50)
    }

    @Test func foldedStacksHaveAProcessAndTheOutermostCallerFirst() throws {
        let heap = HeapProfile([try profile(), try profile()])
        let inUse = FoldedStacks(profile: heap, value: .inUse).text()
        #expect(
            inUse == """
                my program [42];my program+0x100 4626
                my program [42];my program+0x201;my program+0x100 4150

                """)
        #expect(
            FoldedStacks(profile: heap, value: .pinned).text()
                == "my program [42];my program+0x201;my program+0x100 630\n")
        #expect(FoldedStacks(profile: heap, value: .allocated).text().contains(" 1400\n"))
    }

    @Test func theFormatFollowsFromTheName() {
        #expect(ProfileFormat(fileName: "a.pb.gz") == .pprof(isWrapped: true))
        #expect(ProfileFormat(fileName: "a.pb") == .pprof(isWrapped: false))
        #expect(ProfileFormat(fileName: "a.folded") == .folded(.inUse))
        #expect(ProfileFormat(fileName: "a.pinned.txt") == .folded(.pinned))
        #expect(ProfileFormat(fileName: "a.alloc.folded") == .folded(.allocated))
        for name in ["a", "a.gz", "pb", "a.pb.txt.bak", ""] { #expect(ProfileFormat(fileName: name) == nil) }
    }

    @Test func theProtocolBufferHasAllOfIt() throws {
        let message = try Message(PprofProfile(HeapProfile([try profile()])).bytes())
        let strings = message[6].map { String(decoding: $0.content, as: UTF8.self) }
        func text(_ field: Field?) -> String? { field.map { strings[Int($0.number)] } }
        let types = try message[1].map { text(try Message($0.content)[1].first) }
        #expect(types == ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space", "pinned_space"])
        #expect(strings.first == "" && text(message[14].first) == "inuse_space" && message[12].first?.number == 1000)
        let locations = try message[4].map { try Message($0.content) }
        let mappings = try message[3].map { try Message($0.content) }
        #expect(mappings.count == 1 && text(mappings[0][5].first) == "/usr/bin/my program")
        #expect(mappings[0][2].first?.number == 0x1000 && mappings[0][3].first?.number == 0x2000)
        let samples = try message[2].map { try Message($0.content) }
        #expect(samples.count == 2)
        let frames = try samples.map { try Message.packed($0[1].first?.content ?? []) }
        let addresses = frames.map { ids in
            ids.map { id in locations.first { $0[1].first?.number == id }?[3].first?.number }
        }
        #expect(addresses == [[0x1100, 0x1201], [0x1100]])
        #expect(locations.allSatisfy { $0[2].first?.number == mappings[0][1].first?.number })
        #expect(try Message.packed(samples[0][2].first?.content ?? []) == [50, 5000, 31, 2075, 315])
        let label = try Message(try #require(samples[0][3].first).content)
        #expect(text(label[1].first) == "process" && text(label[2].first) == "my program [42]")
    }

    @Test(.enabled("no gzip") { FileManager.default.isExecutableFile(atPath: "/usr/bin/gzip") })
    func gzipUnwrapsWhatIsWrapped() throws {
        let folder = try TemporaryFolder()
        for count in [0, 1, 65535, 65536, 200_000] {
            let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            let file = try folder.write(StoredGzip.bytes(of: content), to: "x\(count).gz")
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/gzip")
            process.arguments = ["-d", file]
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(FileManager.default.contents(atPath: folder.file("x\(count)")) == Data(content), "\(count)")
        }
    }

    // MARK: Names

    /// The functions of a real file: that of this tool, beside the tests.
    @Test func functionsAreFoundByTheirPlaceInTheFile() throws {
        let path = BuiltTool.path
        var status = stat()
        try #require(stat(path, &status) == 0)
        let table = try #require(SymbolTable(of: FilePath(path), fileNumber: UInt64(status.st_ino)))
        #expect(table.hasFunctions)
        #expect(SymbolTable(of: FilePath(path), fileNumber: UInt64(status.st_ino) + 1) == nil)
        #expect(SymbolTable(of: "/dev/null", fileNumber: 1) == nil && SymbolTable(of: "/", fileNumber: 2) == nil)
        #expect(table.name(atFileOffset: .max) == nil)
        let names = Set((0..<2000).compactMap { table.name(atFileOffset: UInt64(status.st_size) / 2000 * UInt64($0)) })
        #expect(names.count > 20)
    }

    @Test func aDamagedFileHasNoNamesOrSome() throws {
        let file = try #require(FileManager.default.contents(atPath: "/bin/true")).map { $0 }
        var generator = SeededGenerator(seed: Self.seed)
        for _ in 0..<500 {
            var bytes = file
            // The headers decide what is read.
            for _ in 0..<8 {
                bytes[Int.random(in: 0..<64, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            bytes.replaceSubrange(0..<6, with: file[0..<6])
            for _ in 0..<200 {
                bytes[Int.random(in: 64..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            let table = SymbolTable { offset, count in
                guard offset < UInt64(bytes.count) else { return [] }
                return Array(bytes[Int(offset)...].prefix(count))
            }
            _ = table?.name(atFileOffset: 5000)
        }
    }

    // MARK: The command

    @Test(arguments: [
        (["--profile", "x.json"], "--profile takes a file that ends in .pb.gz or .pb"),
        (["--profile", ""], "--profile needs the name of a file"),
        (["--profile-bytes", "1K"], "--profile-bytes needs --profile FILE"),
        (["--profile", "x.pb", "--profile-bytes", "0"], "--profile-bytes takes 1 to 1T bytes"),
        (["--profile", "x.pb", "--profile-bytes", "2T"], "--profile-bytes takes 1 to 1T bytes"),
        (["--profile", "x.pb", "--json", "x.pb"], "name the same file"),
    ])
    func wrongUsageIsRefused(options: [String], message: String) throws {
        let outcome = try BuiltTool.run(["run"] + options + ["--", "true"])
        #expect(outcome.code == 64 && outcome.errors.contains(message), "\(outcome)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test func aRunningProcessWritesAProfileWhenItIsAsked() throws {
        let folder = try TemporaryFolder()
        let program = try WatchedProgram([
            "PAGEHEAP_CONTROL": "1", "PAGEHEAP_PROFILE_DIRECTORY": folder.path, "PAGEHEAP_SAMPLE_BYTES": "16K",
        ])
        let file = folder.file("x.folded")
        for _ in 0..<2 {
            let outcome = try BuiltTool.run(["ctl", program.identifier, "profile", file])
            #expect(outcome.code == 0 && outcome.output == "the profile is in \(file)\n", "\(outcome)")
            let lines = folder.text(of: "x.folded").split(separator: "\n")
            let bytes = lines.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
            // 24 MiB in blocks of the program, in some 1,500 samples: within eight standard deviations.
            #expect(bytes > 18 << 20 && bytes < 34 << 20, "\(bytes)")
            #expect(lines.allSatisfy { $0.hasPrefix("python") && $0.contains("[\(program.identifier)];") })
        }
        // The process's own files are gone.
        #expect(folder.names == ["x.folded"])
        #expect(try BuiltTool.run(["ctl", program.identifier, "profile", folder.file("x.pb")]).code == 0)
        let wrong = try BuiltTool.run(["ctl", program.identifier, "profile", folder.file("x.json")])
        #expect(wrong.code == 64 && wrong.errors.contains("profile takes a file that ends in .pb.gz"))
        let without = try WatchedProgram()
        let refused = try BuiltTool.run(["ctl", without.identifier, "profile", file])
        #expect(refused.code == 66 && refused.errors.contains("start it with PAGEHEAP_PROFILE_DIRECTORY=FOLDER"))
    }

    @Test func aRunWithoutAProfileSaysWhy() throws {
        _ = try BuiltTool.requireLibrary()
        let folder = try TemporaryFolder()
        let file = folder.file("x.folded")
        let outcome = try BuiltTool.run(["run", "--quiet", "--profile", file, "--", "sh", "-c", "kill -KILL $$"])
        #expect(outcome.code == 137 && outcome.errors.contains("no process wrote one"), "\(outcome)")
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}

/// A field of a protocol buffer, as a reader finds it.
private struct Field {
    var number: UInt64 = 0
    var content: [UInt8] = []
}

/// A decoded message: what was written, read by other code than wrote it.
private struct Message {
    struct Malformed: Error {}

    private var fields: [UInt64: [Field]] = [:]

    subscript(_ number: UInt64) -> [Field] { fields[number] ?? [] }

    init(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let key = try Self.variable(&rest)
            var field = Field()
            switch key & 7 {
            case 0: field.number = try Self.variable(&rest)
            case 2:
                let count = Int(try Self.variable(&rest))
                guard count <= rest.count else { throw Malformed() }
                field.content = Array(rest.prefix(count))
                rest = rest.dropFirst(count)
            default: throw Malformed()
            }
            fields[key >> 3, default: []].append(field)
        }
    }

    static func packed(_ bytes: [UInt8]) throws -> [UInt64] {
        var rest = bytes[...]
        var numbers: [UInt64] = []
        while !rest.isEmpty { numbers.append(try variable(&rest)) }
        return numbers
    }

    private static func variable(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
            if shift > 63 { throw Malformed() }
        }
        throw Malformed()
    }
}
