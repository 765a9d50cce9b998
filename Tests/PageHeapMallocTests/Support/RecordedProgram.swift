import Foundation
import PageHeapTrace
import TestSupport
import Testing

/// A program that ran under the recorder, and its trace.
struct RecordedProgram {
    static let fileName = "libpageheaprecord.so"
    static let variable = "PAGEHEAPRECORD_FILE"

    let outcome: ChildProcess.Outcome
    let trace: TraceReader
    private let folder: TemporaryFolder

    struct Missing: Error, CustomStringConvertible {
        var description: String {
            "\(RecordedProgram.fileName) is not beside the test products: swift build --product pageheaprecord"
        }
    }

    /// The path of the recorder; a missing one is a failure, never a reason to skip.
    static func recorder() throws -> String {
        let path = BuildProducts.path(of: fileName)
        guard FileManager.default.fileExists(atPath: path) else { throw Missing() }
        return path
    }

    /// Runs a program to its end, with the recorder before its malloc, or before others that are preloaded.
    init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], preload: [String] = [],
        clock: TraceHeader.Clock = .processor(cyclesPerSecond: 1_000_000_000)
    ) throws {
        folder = try TemporaryFolder()
        let path = try folder.write(
            TraceHeader.ofRecording(clock, firstTick: 0, startedAt: 0), to: "program.trace")
        outcome = try ChildProcess(
            program, arguments, environment: environment.merging([Self.variable: path]) { $1 },
            preload: ([try Self.recorder()] + preload).joined(separator: ":")
        ).end()
        trace = try TraceReader(path: path)
    }

    /// Runs a check of `recorded.c`, which must succeed and write nothing to standard error.
    static func check(
        _ name: String, preload: [String] = [], clock: TraceHeader.Clock = .processor(cyclesPerSecond: 1_000_000_000)
    ) throws -> RecordedProgram {
        let program = try RecordedProgram(
            try TestPrograms.program("recorded"), [name, "\(Check.seed)"], preload: preload, clock: clock)
        #expect(
            program.outcome.succeeded && program.outcome.errors.isEmpty,
            "\(name), PAGEHEAP_SEED=\(Check.seed): \(program.outcome)")
        return program
    }

    /// The content of the trace's file.
    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: folder.file("program.trace")))) }

    /// Opens a changed copy of the trace.
    func reader(of bytes: [UInt8]) throws -> TraceReader {
        try TraceReader(path: try folder.write(bytes, to: "changed.trace"))
    }

    func events(of process: TracedProcess) throws -> [AllocationEvent] {
        var events = trace.events(of: process, onDamage: .stop)
        var all: [AllocationEvent] = []
        while let event = try events.next() { all.append(event) }
        return all
    }
}

/// What a replay of events finds.
struct EventCheck {
    /// The sizes of the blocks in use, by address.
    private(set) var live: [UInt64: UInt64] = [:]
    /// How many events allocated an address that was in use, or freed one that was not.
    private(set) var allocatedTwice = 0
    private(set) var freedUnknown = 0
    private(set) var threads: Set<UInt32> = []
    private(set) var ended: Set<UInt32> = []

    init(_ events: [AllocationEvent]) {
        for event in events {
            threads.insert(event.thread)
            switch event.action {
            case .allocate(let block, let bytes, _, _): allocate(block, bytes)
            case .free(let block): free(block)
            case .reallocate(let block, let target, let bytes):
                free(block)
                allocate(target, bytes)
            case .endThread: ended.insert(event.thread)
            }
        }
    }

    private mutating func allocate(_ block: UInt64, _ bytes: UInt64) {
        if live.updateValue(bytes, forKey: block) != nil { allocatedTwice += 1 }
    }

    private mutating func free(_ block: UInt64) {
        if live.removeValue(forKey: block) == nil { freedUnknown += 1 }
    }
}
