import PageHeapCore

extension PageHeap {
    /// A heap's figures at one moment, in bytes unless the name says otherwise.
    ///
    /// `system = inUse + cached + freeRetained + released`; metadata is apart, and `releasedInUse` is a part of `inUse`. Totals
    /// count from the heap's beginning.
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
        /// Of what is in use, without physical memory: pages whose contents were discarded.
        public let releasedInUseBytes: Int
        /// The heap's own books.
        public let metadataBytes: Int
        /// What retained memory is driven to by the cycles, or nothing while there is nothing to give back.
        public let goalBytes: Int?
        /// The memory limit, or nothing where there is none.
        public let memoryLimitBytes: Int?
        /// Ever given back in the background.
        public let releasedInBackgroundTotalBytes: Int
        /// Ever given back by allocations that made the heap grow, to offset the growth.
        public let releasedAtGrowthTotalBytes: Int
        /// Ever given back by allocations, to keep to the memory limit.
        public let releasedForLimitTotalBytes: Int
        /// Ever given back on request, by ``PageHeap/releaseFreeMemory()`` and ``PageHeap/releaseMemory(upTo:)``.
        public let releasedOnRequestTotalBytes: Int
        /// Ever given back inside pages in use, by ``PageRun/discardContents()``.
        public let releasedInUseTotalBytes: Int
        /// Used again within a second after it was given back, about: what was given back in vain. Counted by chunks of
        /// 4 MiB, so close and not exact.
        public let reusedWithin1SecondTotalBytes: Int
        /// The same within ten seconds; what was used again within one is among it.
        public let reusedWithin10SecondsTotalBytes: Int
        /// The same within sixty seconds; what was used again within ten is among it.
        public let reusedWithin60SecondsTotalBytes: Int
        /// System calls that gave memory back; one for several ranges counts once.
        public let releaseCalls: Int
        /// Ranges whose memory the system refused to take back.
        public let releaseFailures: Int
        /// The number of the present generation, 0 before the first: how often the search for free memory has begun anew.
        public let generation: Int
        /// Times that the background worker woke up; of a shared ``Scavenger``, times that it had to do with this heap.
        public let workerWakeUps: Int
        /// Times that the pacer's controller failed and began anew.
        public let controllerResets: Int
        /// CPU time of the background worker, in seconds; of a shared ``Scavenger``, what it used for this heap. The same in the
        /// shares below.
        public let scavengerSeconds: Double
        /// CPU time that allocations spent on giving other memory back, to offset growth or for the memory limit, in seconds.
        public let assistSeconds: Double
        /// CPU time of ``PageHeap/releaseFreeMemory()`` and ``PageHeap/releaseMemory(upTo:)``, in seconds.
        public let forcedReleaseSeconds: Double
        /// The background worker's share of all processors' time, 0 to 1, in the ten seconds before its last round; 0 where
        /// that is longer ago than ten seconds.
        public let scavengerRecentShare: Double
        /// The same since the heap was made.
        public let scavengerShare: Double
        /// How long the heap's lock was held while no release on request was under way.
        public let lockHolds: LockHolds
        /// How long the heap's lock was held while one was under way.
        public let forcedLockHolds: LockHolds

        /// What the heap adds to resident memory, by its own books.
        public var retainedBytes: Int { systemBytes - releasedBytes - releasedInUseBytes }

        /// - Parameters:
        ///   - age: seconds since the heap was made.
        ///   - processors: that the process may use; more than 0.
        init(_ figures: HeapFigures, age: Double, processors: Double) {
            let books = figures.books
            systemBytes = Int(books.system.rawValue)
            inUseBytes = Int(books.inUse.rawValue)
            cachedBytes = Int(books.cached.rawValue)
            freeRetainedBytes = Int(books.freeRetained.rawValue)
            releasedBytes = Int(books.released.rawValue)
            releasedInUseBytes = Int(books.releasedInSpans.rawValue)
            metadataBytes = Int(figures.metadata.rawValue)
            goalBytes = figures.goal == .maximum ? nil : Int(clamping: figures.goal.rawValue)
            memoryLimitBytes = figures.memoryLimit == .maximum ? nil : Int(clamping: figures.memoryLimit.rawValue)
            releasedInBackgroundTotalBytes = Int(books.releasedInBackgroundTotal.rawValue)
            releasedAtGrowthTotalBytes = Int(books.releasedAtGrowthTotal.rawValue)
            releasedForLimitTotalBytes = Int(books.releasedForLimitTotal.rawValue)
            releasedOnRequestTotalBytes = Int(books.releasedForcedTotal.rawValue)
            releasedInUseTotalBytes = Int(books.releasedInSpansTotal.rawValue)
            reusedWithin1SecondTotalBytes = Int(clamping: figures.reusedWithin1.rawValue)
            reusedWithin10SecondsTotalBytes = Int(clamping: figures.reusedWithin10.rawValue)
            reusedWithin60SecondsTotalBytes = Int(clamping: figures.reusedWithin60.rawValue)
            releaseCalls = Int(books.releaseCalls)
            releaseFailures = Int(books.releaseFailures)
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
