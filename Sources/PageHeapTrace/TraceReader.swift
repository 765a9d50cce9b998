/// Reads a trace in the native format: the one that `pageheap record` writes.
///
/// Use:
///
///     let trace = try TraceReader(path: "redis.trace")
///     for process in trace.processes {
///         var events = trace.events(of: process)
///         while let event = try events.next() { … }
///     }
///
/// The file may be larger than memory: only its index, 40 bytes for each block of up to 256 KiB, and the current blocks of a
/// process's threads are held. It may be damaged, or still be written to by programs: what is there at the beginning is read.
/// ``losses`` and ``TraceEvents/losses`` say what is missing.
///
/// A value is immutable, and may be used by several threads.
public struct TraceReader: Sendable {
    /// The processes, in the order of their beginnings.
    public let processes: [TracedProcess]
    /// What is missing between the blocks, and what was not recorded. Damage inside of blocks shows when they are read.
    public let losses: TraceLosses
    /// When the recording began, in nanoseconds since 1970, UTC.
    public let startedAt: UInt64
    /// How many events there are in blocks that are closed, as their headers say: of a trace that is still written, nearly all.
    public let closedEvents: UInt64
    /// The size of the file, in bytes.
    public var fileBytes: UInt64 { file.size }

    private let file: TraceFile
    private let clock: TraceClock
    private let blocks: [TraceIndex.Block]

    /// Opens a trace, and finds its blocks.
    ///
    /// - Throws: if the file cannot be opened, or is not a trace of a version that this reader knows.
    public init(path: String) throws(TraceError) {
        file = try TraceFile(path: path)
        let header = try file.read(at: 0, count: TraceFormat.headerBytes)
        try Self.check(header)
        clock = TraceClock(
            ticksPerSecond: header.number(at: TraceFormat.ticksPerSecondOffset, as: UInt64.self),
            firstTick: header.number(at: TraceFormat.firstTickOffset, as: UInt64.self))
        startedAt = header.number(at: TraceFormat.startOffset, as: UInt64.self)
        let index = try TraceIndex(file)
        var losses = index.losses
        losses.unrecordedEvents = header.number(at: TraceFormat.lostEventsOffset, as: UInt64.self)
        losses.stoppedProcesses = Int(header.number(at: TraceFormat.stoppedCountOffset, as: UInt32.self))
        losses.stopReason = Int32(
            truncatingIfNeeded: header.number(at: TraceFormat.stopReasonOffset, as: UInt32.self))
        losses.stopTime = clock.nanoseconds(at: header.number(at: TraceFormat.stopTickOffset, as: UInt64.self))
        // The end of the blocks that there were, unless a process claimed more and the file could not grow.
        let end = header.number(at: TraceFormat.claimedEndOffset, as: UInt64.self)
        if end > file.size && losses.stoppedProcesses == 0 {
            losses.isCutShort = true
            losses.noteDamage(at: file.size)
        }
        blocks = index.blocks
        closedEvents = index.closedEvents
        processes = ProcessDescriptions(file, clock).processes(of: index, &losses)
        self.losses = losses
    }

    private static func check(_ header: [UInt8]) throws(TraceError) {
        guard recognizes(header) else {
            throw TraceError("the file is not a trace that 'pageheap record' wrote")
        }
        guard header.count == TraceFormat.headerBytes else {
            throw TraceError("the trace is cut short within its header", at: UInt64(header.count))
        }
        let version = header.number(at: TraceFormat.versionOffset, as: UInt32.self)
        guard version == TraceFormat.version else {
            throw TraceError(
                "the trace has version \(version) of the format; this reader knows version \(TraceFormat.version)",
                at: UInt64(TraceFormat.versionOffset))
        }
        let checksum = header.withUnsafeBytes {
            TraceChecksum.of(UnsafeRawBufferPointer(rebasing: $0[..<TraceFormat.headerChecksumOffset]))
        }
        guard header.number(at: TraceFormat.headerChecksumOffset, as: UInt64.self) == checksum,
            header.number(at: TraceFormat.headerBytesOffset, as: UInt32.self) == UInt32(TraceFormat.headerBytes),
            header.number(at: TraceFormat.ticksPerSecondOffset, as: UInt64.self) > 0
        else { throw TraceError("the trace's header is damaged", at: 0) }
    }

    /// What to do where a trace is damaged.
    public enum DamagePolicy: Hashable, Sendable {
        /// Pass over the rest of the block, and count what is lost.
        case skip
        /// Throw an error.
        case stop
    }

    /// Returns the events of a process of this trace, from its beginning. May be called any number of times.
    public func events(of process: TracedProcess, onDamage policy: DamagePolicy = .skip) -> TraceEvents {
        let first = partition { $0.process >= process.number }
        let end = partition { $0.process > process.number }
        return TraceEvents(blocks[first..<end], of: file, clock: clock, stopsAtDamage: policy == .stop)
    }

    /// Returns the first index in the sorted blocks from which on a condition holds.
    private func partition(_ holds: (TraceIndex.Block) -> Bool) -> Int {
        var range = blocks.startIndex..<blocks.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = holds(blocks[middle]) ? range.lowerBound..<middle : middle + 1..<range.upperBound
        }
        return range.lowerBound
    }

    /// Whether a file that begins with these bytes claims to be a trace. ``init(path:)`` finds out if it can be read.
    public static func recognizes(_ beginning: [UInt8]) -> Bool {
        beginning.count >= 8 && beginning.number(at: 0, as: UInt64.self) == TraceFormat.magic
    }
}
