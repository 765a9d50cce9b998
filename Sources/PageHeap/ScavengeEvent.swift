import PageHeapCore

/// An event of a heap's scavenger: a completed generation of its search, or a release on request. It has the contents
/// of a trace line.
///
/// Sizes are in bytes. Totals count from the heap's creation.
public struct ScavengeEvent: Hashable, Codable, Sendable {
    /// The kind of an event.
    public enum Kind: String, Hashable, Codable, Sendable {
        /// A generation of the search has ended, and the next one has begun.
        case generation
        /// A call of ``PagedHeap/releaseFreeMemory()`` or ``PagedHeap/releaseMemory(upToByteCount:)``.
        case request
    }

    /// The kind of the event.
    public let kind: Kind
    /// The number of the generation that ended; for a release on request, of the generation that it began. 0 before the
    /// first.
    public let generation: Int
    /// The number of events lost just before this one, because the reader was too late for them.
    public let lostEventCount: Int
    /// The size of the pages released, touched or not: by the background worker during the generation, or by the call.
    public let workedByteCount: Int
    /// Whether the pacer's controller failed and was reset meanwhile.
    public let wasControllerReset: Bool
    /// The time of the event, in nanoseconds of the system's monotonic clock.
    public let monotonicNanoseconds: Int

    // The state of the heap at that time: see ``PagedHeap/Statistics``.
    /// The size of all allocated pages, without the parts that were released.
    public let usedByteCount: Int
    /// What the heap kept: an upper bound of its physical memory.
    public let retainedByteCount: Int
    /// Pages that were given back or are fresh, free or in use.
    public let releasedByteCount: Int
    /// The heap's own metadata.
    public let metadataByteCount: Int
    /// The cycles' goal for retained memory, or nil if there was nothing to release.
    public let goalByteCount: Int?
    /// The CPU time of the background worker so far, in seconds.
    public let scavengerSeconds: Double

    init(_ record: TraceRecord, lost: UInt64) {
        kind = record.isForced ? .request : .generation
        generation = Int(record.generation)
        lostEventCount = Int(clamping: lost)
        workedByteCount = Int(clamping: record.worked.rawValue)
        wasControllerReset = record.wasReset
        monotonicNanoseconds = Int(record.time)
        usedByteCount = Int(clamping: record.ledger.used.rawValue)
        retainedByteCount = Int(clamping: record.ledger.retained.rawValue)
        releasedByteCount = Int(clamping: (record.ledger.released + record.ledger.releasedInSpans).rawValue)
        metadataByteCount = Int(clamping: record.metadata.rawValue)
        goalByteCount = record.goal == .maximum ? nil : Int(clamping: record.goal.rawValue)
        scavengerSeconds = Double(record.workerNanoseconds) / 1e9
    }
}
