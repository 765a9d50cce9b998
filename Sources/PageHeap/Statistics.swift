import PageHeapCore

/// A heap's figures at one moment, in bytes unless the name says otherwise.
///
/// `system = inUse + cached + freeRetained + released`; metadata is apart.
public struct Statistics: Hashable, Codable, Sendable {
    /// Made accessible for the heap.
    public let systemBytes: Int
    /// In pages that are allocated.
    public let inUseBytes: Int
    /// In page caches, with physical memory.
    public let cachedBytes: Int
    /// Free, with physical memory: what the scavenger may give back.
    public let freeRetainedBytes: Int
    /// Free, without physical memory.
    public let releasedBytes: Int
    /// The heap's own books.
    public let metadataBytes: Int
    /// What retained memory is driven to by the cycles, or nothing while there is nothing to give back.
    public let goalBytes: Int?
    /// The memory limit, or nothing where there is none.
    public let memoryLimitBytes: Int?
    /// Ever given back in the background, to offset growth, to keep to the memory limit, and on request.
    public let releasedInBackgroundTotalBytes: Int
    public let releasedAtGrowthTotalBytes: Int
    public let releasedForLimitTotalBytes: Int
    public let releasedOnRequestTotalBytes: Int
    /// Calls with which the system refused to take memory back.
    public let releaseFailures: Int
    /// CPU time of the background worker, in seconds.
    public let scavengerSeconds: Double

    /// What the heap adds to resident memory, by its own books.
    public var retainedBytes: Int { systemBytes - releasedBytes }

    init(_ figures: HeapFigures) {
        let books = figures.books
        systemBytes = Int(books.system.rawValue)
        inUseBytes = Int(books.inUse.rawValue)
        cachedBytes = Int(books.cached.rawValue)
        freeRetainedBytes = Int(books.freeRetained.rawValue)
        releasedBytes = Int(books.released.rawValue)
        metadataBytes = Int(figures.metadata.rawValue)
        goalBytes = figures.goal == .maximum ? nil : Int(clamping: figures.goal.rawValue)
        memoryLimitBytes = figures.memoryLimit == .maximum ? nil : Int(clamping: figures.memoryLimit.rawValue)
        releasedInBackgroundTotalBytes = Int(books.releasedInBackgroundTotal.rawValue)
        releasedAtGrowthTotalBytes = Int(books.releasedAtGrowthTotal.rawValue)
        releasedForLimitTotalBytes = Int(books.releasedForLimitTotal.rawValue)
        releasedOnRequestTotalBytes = Int(books.releasedForcedTotal.rawValue)
        releaseFailures = Int(books.releaseFailures)
        scavengerSeconds = Double(figures.workerNanoseconds) / 1e9
    }
}
