import PageHeapCore

extension PageHeap {
    /// The statistics of a heap at one moment, in bytes unless the name says otherwise.
    ///
    /// `system = inUse + cached + freeRetained + released`. Metadata is not included in `system`, and `releasedInUse`
    /// is a part of `inUse`. Totals count from the heap's creation.
    public struct Statistics: Hashable, Codable, Sendable {
        /// Address space that is accessible to the heap.
        public let systemBytes: Int
        /// Pages that are allocated.
        public let inUseBytes: Int
        /// Free pages in page caches, with physical memory.
        public let cachedBytes: Int
        /// Free pages with physical memory, which the scavenger may release.
        public let freeRetainedBytes: Int
        /// Free pages without physical memory.
        public let releasedBytes: Int
        /// The part of the pages in use that has no physical memory, because its contents were discarded.
        public let releasedInUseBytes: Int
        /// The heap's own metadata.
        public let metadataBytes: Int
        /// The cycles' goal for retained memory, or nil while there is nothing to release.
        public let goalBytes: Int?
        /// The memory limit, or nil if there is none.
        public let memoryLimitBytes: Int?
        /// The total released in the background.
        public let releasedInBackgroundTotalBytes: Int
        /// The total released by allocations that made the heap grow, to offset the growth.
        public let releasedAtGrowthTotalBytes: Int
        /// The total released by allocations to stay within the memory limit.
        public let releasedForLimitTotalBytes: Int
        /// The total released by ``PageHeap/releaseFreeMemory()`` and ``PageHeap/releaseMemory(upTo:)``.
        public let releasedOnRequestTotalBytes: Int
        /// The total released inside pages in use, by ``PageRun/discardContents()``.
        public let releasedInUseTotalBytes: Int
        /// The total used again within about a second after its release, so that the release was in vain. Approximate,
        /// because it is counted by chunks of 4 MiB.
        public let reusedWithin1SecondTotalBytes: Int
        /// The same within ten seconds; includes what was used again within one second.
        public let reusedWithin10SecondsTotalBytes: Int
        /// The same within sixty seconds; includes what was used again within ten seconds.
        public let reusedWithin60SecondsTotalBytes: Int
        /// The number of system calls that released memory. A call for several ranges counts once.
        public let releaseCalls: Int
        /// The number of ranges whose memory the system refused to take.
        public let releaseFailures: Int
        /// The number of the current generation: how often the search for free memory has started over.
        /// 0 before the first.
        public let generation: Int
        /// How often the background worker woke up; with a shared ``Scavenger``, how often it had work for this heap.
        public let workerWakeUps: Int
        /// How often the pacer's controller failed and was reset.
        public let controllerResets: Int
        /// The CPU time of the background worker, in seconds. With a shared ``Scavenger``, the time that it used for
        /// this heap. The same applies to the shares below.
        public let scavengerSeconds: Double
        /// The CPU time that allocations spent on releasing other memory, to offset growth or for the memory limit, in
        /// seconds.
        public let assistSeconds: Double
        /// The CPU time of ``PageHeap/releaseFreeMemory()`` and ``PageHeap/releaseMemory(upTo:)``, in seconds.
        public let forcedReleaseSeconds: Double
        /// The background worker's share of all processors' time, 0 to 1, in the ten seconds before its last round; 0
        /// if that round is more than ten seconds ago.
        public let scavengerRecentShare: Double
        /// The background worker's share of all processors' time, 0 to 1, since the heap was created.
        public let scavengerShare: Double
        /// The hold times of the heap's lock while no release on request was in progress.
        public let lockHolds: LockHolds
        /// The hold times of the heap's lock while a release on request was in progress.
        public let forcedLockHolds: LockHolds

        /// What the heap adds to resident memory, by its own count.
        public var retainedBytes: Int { systemBytes - releasedBytes - releasedInUseBytes }

        /// - Parameters:
        ///   - age: seconds since the heap was created.
        ///   - processors: the number of processors that the process may use; more than 0.
        init(_ figures: HeapStatistics, age: Double, processors: Double) {
            let ledger = figures.ledger
            systemBytes = Int(ledger.system.rawValue)
            inUseBytes = Int(ledger.inUse.rawValue)
            cachedBytes = Int(ledger.cached.rawValue)
            freeRetainedBytes = Int(ledger.freeRetained.rawValue)
            releasedBytes = Int(ledger.released.rawValue)
            releasedInUseBytes = Int(ledger.releasedInSpans.rawValue)
            metadataBytes = Int(figures.metadata.rawValue)
            goalBytes = figures.goal == .maximum ? nil : Int(clamping: figures.goal.rawValue)
            memoryLimitBytes = figures.memoryLimit == .maximum ? nil : Int(clamping: figures.memoryLimit.rawValue)
            releasedInBackgroundTotalBytes = Int(ledger.releasedInBackgroundTotal.rawValue)
            releasedAtGrowthTotalBytes = Int(ledger.releasedAtGrowthTotal.rawValue)
            releasedForLimitTotalBytes = Int(ledger.releasedForLimitTotal.rawValue)
            releasedOnRequestTotalBytes = Int(ledger.releasedForcedTotal.rawValue)
            releasedInUseTotalBytes = Int(ledger.releasedInSpansTotal.rawValue)
            reusedWithin1SecondTotalBytes = Int(clamping: figures.reusedWithin1.rawValue)
            reusedWithin10SecondsTotalBytes = Int(clamping: figures.reusedWithin10.rawValue)
            reusedWithin60SecondsTotalBytes = Int(clamping: figures.reusedWithin60.rawValue)
            releaseCalls = Int(ledger.releaseCalls)
            releaseFailures = Int(ledger.releaseFailures)
            generation = Int(figures.generation)
            workerWakeUps = Int(clamping: figures.workerWakeUps)
            controllerResets = Int(clamping: figures.controllerResets)
            scavengerSeconds = Double(figures.workerNanoseconds) / 1e9
            assistSeconds = Double(figures.assistNanoseconds) / 1e9
            forcedReleaseSeconds = Double(figures.forcedNanoseconds) / 1e9
            let window = Double(ShareWindow.nanoseconds)
            scavengerRecentShare = Double(figures.workerRecentNanoseconds) / (window * processors)
            scavengerShare = age > 0 ? scavengerSeconds / (age * processors) : 0
            lockHolds = LockHolds(figures.holds)
            forcedLockHolds = LockHolds(figures.forcedHolds)
        }
    }
}
