import Foundation
import PageHeapTrace
import TestSupport

/// A trace in a file of its own, for one test.
struct TraceFileOfTest {
    let folder: TemporaryFolder
    var path: String { folder.file("events.trace") }

    init() throws { folder = try TemporaryFolder() }

    /// Writes a trace of processes with the given events.
    init(_ processes: [[AllocationEvent]]) throws {
        try self.init()
        var writer = try TraceWriter(path: path, startedAt: 1_700_000_000_000_000_000)
        for (index, events) in processes.enumerated() {
            let process = try writer.addProcess(
                identifier: UInt32(100 + index), parentIdentifier: 1, forkedFrom: index == 0 ? nil : 0,
                executable: "/bin/program-\(index)", arguments: ["program-\(index)", "", "last"], start: UInt64(index))
            for event in events { try writer.append(event, to: process) }
        }
        try writer.finish()
    }

    var bytes: [UInt8] {
        get throws { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
    }

    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    func reader() throws -> TraceReader { try TraceReader(path: path) }
}

extension TraceEvents {
    /// The events that are left; an error ends them.
    mutating func rest() throws -> [AllocationEvent] {
        var events: [AllocationEvent] = []
        while let event = try next() { events.append(event) }
        return events
    }
}

extension TraceFileOfTest {
    /// Makes the file longer, by a hole.
    func extend(to size: UInt64) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.truncate(atOffset: size)
        try file.close()
    }
}
