import FoundationEssentials
import PageHeapTrace

extension TraceSummary {
    /// The summary as JSON. Sizes are in bytes; times in seconds, unless the name says otherwise.
    func json() throws -> [UInt8] { try JSONText.bytes(of: SavedTraceSummary(self), .trace) }
}

/// The JSON of `pageheap trace`.
struct SavedTraceSummary: Codable, Sendable {
    struct Bucket: Codable, Sendable {
        /// The largest number that counts here; the next lower power of two does not.
        var upTo: UInt64
        var count: UInt64
    }

    struct Process: Codable, Sendable {
        var number: UInt32
        var processIdentifier: UInt32
        var parentIdentifier: UInt32
        var forkedFrom: UInt32?
        var executable: String
        var arguments: [String]
        var startSeconds: Double
        var durationSeconds: Double
        var threads: Int
        var events: UInt64
        var allocations: UInt64
        var zeroedAllocations: UInt64
        var alignedAllocations: UInt64
        var reallocations: UInt64
        var frees: UInt64
        var unknownFrees: UInt64
        var allocatedBytes: UInt64
        var peakLiveBytes: UInt64
        var peakSeconds: Double
        var liveBytes: UInt64
        var liveBlocks: Int
        var sizes: [Bucket]
        var lifetimesNanoseconds: [Bucket]
    }

    struct Losses: Codable, Sendable {
        var isComplete: Bool
        var firstDamageOffset: UInt64?
        var damagedBlocks: Int
        var damagedEvents: UInt64
        var missingBlocks: Int
        var skippedBytes: UInt64
        var isCutShort: Bool
        var unrecordedEvents: UInt64
        var stoppedProcesses: Int
    }

    var file: String
    var fileBytes: UInt64
    var startedAt: String
    var events: UInt64
    var processes: [Process]
    var losses: Losses

    init(_ summary: TraceSummary) {
        file = summary.file
        fileBytes = summary.fileBytes
        startedAt = Date(timeIntervalSince1970: Double(summary.startedAt) * 1e-9).formatted(.iso8601)
        events = summary.events
        processes = summary.processes.map(Process.init)
        losses = Losses(
            isComplete: summary.losses.isComplete, firstDamageOffset: summary.losses.firstOffset,
            damagedBlocks: summary.losses.damagedBlocks, damagedEvents: summary.losses.damagedEvents,
            missingBlocks: summary.losses.missingBlocks, skippedBytes: summary.losses.skippedBytes,
            isCutShort: summary.losses.isCutShort, unrecordedEvents: summary.losses.unrecordedEvents,
            stoppedProcesses: summary.losses.stoppedProcesses)
    }
}

extension SavedTraceSummary.Process {
    init(_ entry: TraceSummary.Process) {
        let (process, tally) = (entry.process, entry.tally)
        func buckets(_ histogram: SizeHistogram) -> [SavedTraceSummary.Bucket] {
            histogram.rows.map { SavedTraceSummary.Bucket(upTo: $0.bound, count: $0.count) }
        }
        self.init(
            number: process.number, processIdentifier: process.identifier, parentIdentifier: process.parentIdentifier,
            forkedFrom: process.forkedFrom, executable: process.executable, arguments: process.arguments,
            startSeconds: Double(process.start) * 1e-9, durationSeconds: Double(tally.duration) * 1e-9,
            threads: process.threadCount, events: tally.events, allocations: tally.allocations,
            zeroedAllocations: tally.zeroedAllocations, alignedAllocations: tally.alignedAllocations,
            reallocations: tally.reallocations, frees: tally.frees, unknownFrees: tally.unknownFrees,
            allocatedBytes: tally.allocatedBytes, peakLiveBytes: tally.peakLiveBytes,
            peakSeconds: Double(tally.peakTime) * 1e-9, liveBytes: tally.liveBytes, liveBlocks: tally.liveBlocks,
            sizes: buckets(tally.sizes), lifetimesNanoseconds: buckets(tally.lifetimes))
    }
}
