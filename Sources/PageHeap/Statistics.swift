import CPageHeapInterface
import PageHeapCore
import PageHeapFigures

extension PagedHeap {
    /// The statistics of a heap at one moment, in bytes unless the name says otherwise.
    ///
    /// `system = inUse + cached + freeRetained + released + releasedInUse`. Metadata is not included in `system`.
    /// Totals count from the heap's creation.
    ///
    /// Memory that is in use, cached or retained is an upper bound of physical memory: pages that were allocated count,
    /// whether or not they were ever touched. ``PagedHeap/residentByteCount()`` asks the kernel. What released
    /// totals count includes such pages, too; ``returnedTotalByteCount`` counts physical memory alone.
    public struct Statistics: Hashable, Codable, Sendable {
        /// Address space that is accessible to the heap.
        public let systemByteCount: Int
        /// Pages that are allocated, without the parts of them whose contents were discarded.
        public let inUseByteCount: Int
        /// Free pages in page caches.
        public let cachedByteCount: Int
        /// Free pages that the scavenger may release.
        public let freeRetainedByteCount: Int
        /// Free pages without physical memory.
        public let releasedByteCount: Int
        /// Parts of pages in use that were given back: discarded contents, and free physical pages inside the spans of
        /// a malloc.
        public let releasedInUseByteCount: Int
        /// The heap's own metadata.
        public let metadataByteCount: Int
        /// The cycles' goal for retained memory, or nil while there is nothing to release.
        public let goalByteCount: Int?
        /// The memory limit, or nil if there is none.
        public let memoryLimitByteCount: Int?
        /// The total of physical memory that was given back for whatever reason, as the kernel counted it just before.
        public let returnedTotalByteCount: Int
        /// The total released in the background. Like all that follow, it counts pages that were never touched as well.
        public let releasedInBackgroundTotalByteCount: Int
        /// The total released by allocations that made the heap grow, to offset the growth.
        public let releasedAtGrowthTotalByteCount: Int
        /// The total released by allocations to stay within the memory limit.
        public let releasedForLimitTotalByteCount: Int
        /// The total released by ``PagedHeap/releaseFreeMemory()`` and ``PagedHeap/releaseMemory(upToByteCount:)``.
        public let releasedOnRequestTotalByteCount: Int
        /// The total released inside pages in use: by ``PageRun/discardContents()``, or in the spans of a malloc, for
        /// whatever reason.
        public let releasedInUseTotalByteCount: Int
        /// The total used again within about a second after its release, so that the release was in vain. Approximate,
        /// because it is counted by chunks of 4 MiB.
        public let reusedWithin1SecondTotalByteCount: Int
        /// The same within ten seconds; includes what was used again within one second.
        public let reusedWithin10SecondsTotalByteCount: Int
        /// The same within sixty seconds; includes what was used again within ten seconds.
        public let reusedWithin60SecondsTotalByteCount: Int
        /// The number of system calls that released memory. A call for several ranges counts once.
        public let releaseCallCount: Int
        /// The number of ranges whose memory the system refused to take.
        public let releaseFailureCount: Int
        /// The number of the current generation: how often the search for free memory has started over.
        /// 0 before the first.
        public let generation: Int
        /// How often the background worker woke up; with a shared ``Scavenger``, how often it had work for this heap.
        public let workerWakeUpCount: Int
        /// How often the pacer's controller failed and was reset.
        public let controllerResetCount: Int
        /// The CPU time of the background worker, in seconds. With a shared ``Scavenger``, the time that it used for
        /// this heap. The same applies to the shares below.
        public let scavengerSeconds: Double
        /// The CPU time that allocations spent on releasing other memory, to offset growth or for the memory limit, in
        /// seconds.
        public let assistSeconds: Double
        /// The CPU time of ``PagedHeap/releaseFreeMemory()`` and ``PagedHeap/releaseMemory(upToByteCount:)``, in seconds.
        public let forcedReleaseSeconds: Double
        /// The background worker's share of all processors' time, 0 to 1, in the minute before its last round; 0 if
        /// that round is more than a minute ago.
        public let scavengerRecentShare: Double
        /// The background worker's share of all processors' time, 0 to 1, since the heap was created.
        public let scavengerShare: Double
        /// The hold times of the heap's lock while no release on request was in progress.
        public let lockHolds: LockHolds
        /// The hold times of the heap's lock while a release on request was in progress.
        public let forcedLockHolds: LockHolds

        /// What the heap keeps: an upper bound of its physical memory, without its metadata.
        public var retainedByteCount: Int { systemByteCount - releasedByteCount - releasedInUseByteCount }

        /// - Parameters:
        ///   - figures: the heap's figures.
        ///   - processors: the number of processors that the process may use; more than 0.
        init(_ figures: pageheap_statistics, processors: Double) {
            systemByteCount = Int(clamping: figures.system_bytes)
            inUseByteCount = Int(clamping: figures.in_use_bytes)
            cachedByteCount = Int(clamping: figures.cached_bytes)
            freeRetainedByteCount = Int(clamping: figures.free_retained_bytes)
            releasedByteCount = Int(clamping: figures.released_bytes)
            releasedInUseByteCount = Int(clamping: figures.released_in_use_bytes)
            metadataByteCount = Int(clamping: figures.metadata_bytes)
            goalByteCount = Self.orNone(figures.goal_bytes)
            memoryLimitByteCount = Self.orNone(figures.memory_limit_bytes)
            returnedTotalByteCount = Int(clamping: figures.returned_bytes_total)
            releasedInBackgroundTotalByteCount = Int(clamping: figures.released_background_bytes_total)
            releasedAtGrowthTotalByteCount = Int(clamping: figures.released_growth_bytes_total)
            releasedForLimitTotalByteCount = Int(clamping: figures.released_limit_bytes_total)
            releasedOnRequestTotalByteCount = Int(clamping: figures.released_forced_bytes_total)
            releasedInUseTotalByteCount = Int(clamping: figures.released_in_use_bytes_total)
            reusedWithin1SecondTotalByteCount = Int(clamping: figures.reused_within_1_second_bytes_total)
            reusedWithin10SecondsTotalByteCount = Int(clamping: figures.reused_within_10_seconds_bytes_total)
            reusedWithin60SecondsTotalByteCount = Int(clamping: figures.reused_within_60_seconds_bytes_total)
            releaseCallCount = Int(clamping: figures.release_calls_total)
            releaseFailureCount = Int(clamping: figures.release_failures_total)
            generation = Int(clamping: figures.generations_total)
            workerWakeUpCount = Int(clamping: figures.worker_wake_ups_total)
            controllerResetCount = Int(clamping: figures.controller_resets_total)
            scavengerSeconds = Double(figures.worker_cpu_nanoseconds_total) / 1e9
            assistSeconds = Double(figures.assist_cpu_nanoseconds_total) / 1e9
            forcedReleaseSeconds = Double(figures.forced_cpu_nanoseconds_total) / 1e9
            let (age, window) = (Double(figures.age_nanoseconds) / 1e9, Double(Tunables.budgetNanoseconds))
            scavengerRecentShare = Double(figures.worker_recent_cpu_nanoseconds) / (window * processors)
            scavengerShare = age > 0 ? scavengerSeconds / (age * processors) : 0
            lockHolds = LockHolds(LockHoldCounts(ordinary: figures))
            forcedLockHolds = LockHolds(LockHoldCounts(forced: figures))
        }

        /// A figure that may be absent.
        private static func orNone(_ figure: UInt64) -> Int? { figure == .max ? nil : Int(clamping: figure) }
    }
}
