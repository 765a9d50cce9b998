import PageHeapCore

/// What a heap's scavenger did: for each generation of its search that has ended, and each release on request. The same as
/// a line of the trace.
///
/// Sizes are in bytes; totals count from the heap's beginning.
public struct ScavengeEvent: Hashable, Codable, Sendable {
    /// What an event tells of.
    public enum Kind: String, Hashable, Codable, Sendable {
        /// A generation of the search has ended, and another one begun.
        case generation
        /// A call of ``PageHeap/PageHeap/releaseFreeMemory()`` or ``PageHeap/PageHeap/releaseMemory(upTo:)``.
        case request
    }

    /// What it tells of.
    public let kind: Kind
    /// The number of the generation that ended; of a release on request, that of the one it began. 0 before the first.
    public let generation: Int
    /// Events that were lost just before this one, because the reader came too late for them.
    public let lostEvents: Int
    /// Given back: of a generation, by the background worker in it; of a release on request, by that call.
    public let workedBytes: Int
    /// Whether the pacer's controller failed meanwhile, and began anew.
    public let wasControllerReset: Bool
    /// When it was, in nanoseconds of the system's monotonic clock.
    public let monotonicNanoseconds: Int

    // The heap as it was then: see ``PageHeap/PageHeap/Statistics``.
    /// In pages that are allocated, without what was released of them.
    public let usedBytes: Int
    /// What the heap added to resident memory.
    public let retainedBytes: Int
    /// Without physical memory, free or in use.
    public let releasedBytes: Int
    /// The heap's own books.
    public let metadataBytes: Int
    /// What retained memory was driven to by the cycles, or nothing where there was nothing to give back.
    public let goalBytes: Int?
    /// CPU time of the background worker so far, in seconds.
    public let scavengerSeconds: Double

    init(_ record: TraceRecord, lost: UInt64) {
        kind = record.isForced ? .request : .generation
        generation = Int(record.generation)
        lostEvents = Int(clamping: lost)
        workedBytes = Int(clamping: record.worked.rawValue)
        wasControllerReset = record.wasReset
        monotonicNanoseconds = Int(record.time)
        usedBytes = Int(clamping: record.books.used.rawValue)
        retainedBytes = Int(clamping: record.books.retained.rawValue)
        releasedBytes = Int(clamping: (record.books.released + record.books.releasedInSpans).rawValue)
        metadataBytes = Int(clamping: record.metadata.rawValue)
        goalBytes = record.goal == .maximum ? nil : Int(clamping: record.goal.rawValue)
        scavengerSeconds = Double(record.workerNanoseconds) / 1e9
    }
}
