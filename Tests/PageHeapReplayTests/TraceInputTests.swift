import Foundation
import PageHeapReplay
import PageHeapTrace
import TestSupport
import Testing

@Suite struct TraceInputTests {
    private func lines(_ input: TraceInput) throws -> [(text: String, offset: UInt64)] {
        var lines: [(text: String, offset: UInt64)] = []
        while let line = try input.line({ String(decoding: $0, as: UTF8.self) }) {
            lines.append((line, input.lineOffset))
        }
        return lines
    }

    @Test func linesHaveTheirOffsets() throws {
        let found = try lines(TraceInput(Array("one\r\n\nthree".utf8)))
        #expect(found.map(\.text) == ["one", "", "three"])
        #expect(found.map(\.offset) == [0, 5, 6])
    }

    @Test func aFileLargerThanTheBufferIsReadWhole() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/trace"
        var expected: [String] = []
        for number in 0..<20_000 { expected.append("line \(number) " + String(repeating: "x", count: number % 97)) }
        try Data((expected.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
        let found = try lines(TraceInput(descriptor: open(path, O_RDONLY)))
        #expect(found.map(\.text) == expected)
        var offset = 0
        for (line, text) in zip(found, expected) {
            #expect(line.offset == UInt64(offset))
            offset += text.utf8.count + 1
        }
    }

    @Test func aLongLineIsCut() throws {
        let long = [UInt8](repeating: 65, count: TraceInput.longestLine * 9)
        let folder = try TemporaryFolder()
        let path = folder.path + "/trace"
        try Data(Array("a\n".utf8) + long + Array("\nb\n".utf8)).write(to: URL(fileURLWithPath: path))
        let found = try lines(TraceInput(descriptor: open(path, O_RDONLY)))
        #expect(found.map(\.text.utf8.count) == [1, TraceInput.longestLine, 1])
        #expect(found.last?.text == "b")
        #expect(found.last?.offset == UInt64(long.count + 3))
    }
}
