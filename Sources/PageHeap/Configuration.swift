import PageHeapCore

extension PagedHeap {
    /// The settings of a heap, with their defaults. Only ``init(environment:)`` reads the environment.
    public struct Configuration: Hashable, Sendable {
        /// The memory that the heap keeps in addition to its expected need, in percent of that need: 0 to 100. Nil, the
        /// default, means 0 with the default ``pacer``, whose estimate of the need covers swings, and 10 with the others
        /// and if the owner of the heap ends its cycles.
        public var retainExtraPercent: Int?

        /// Whether free memory is released in the background; true by default. The heap starts a thread for it once it
        /// retains 4 MiB more than its expected need, or uses the thread of a shared ``Scavenger``. If false, only
        /// ``PagedHeap/releaseFreeMemory()``, and allocations that reach a goal or a limit, release memory.
        public var releasesInBackground = true

        /// The share of the machine's CPU time that the background worker may use, in percent: 0.1 to 100. The default,
        /// 1, is hard to notice. With the default ``pacer`` the share holds over any minute, and the worker may use all
        /// of a minute's share at once. ``Pacer`` says what the share means with the others. Ignored by a heap with a
        /// shared ``Scavenger``, which has its own share.
        public var scavengePercent = 100 * Tunables.scavengeShare

        /// How the background worker keeps to that share. The default is ``Pacer/budget``; a heap whose owner ends the
        /// cycles uses ``Pacer/controller`` instead. With a shared ``Scavenger`` it only decides how often the goal is
        /// set, because the scavenger has a pacer of its own.
        public var pacer = Pacer.budget

        /// How memory is released. The default, ``Release/now``, reduces resident memory, which is what people
        /// measure and containers count.
        public var release = Release.now

        /// Whether the heap uses huge pages. The default is ``HugePages/system``: their benefit depends on the machine.
        public var hugePages = HugePages.system

        /// What decides how much memory the heap is expected to need. The default, ``Cycles/demand``, is right for all
        /// heaps but garbage-collected ones.
        public var cycles = Cycles.demand

        /// The memory limit: how many bytes the heap should retain at most, including its metadata. At least 1, or nil,
        /// the default, for no limit but the container's. See ``PagedHeap/setMemoryLimit(_:)``.
        public var memoryLimit: Int?

        /// Whether the heap keeps to the memory limit of the process's control group while ``memoryLimit`` is nil; true
        /// by default, because free memory is worth less than a container that is killed. Then calls of the heap read
        /// files of the control group, at most once a second. Ignored by a heap whose owner ends the cycles.
        public var followsContainerLimit = true

        /// The hard limit: how many bytes the heap may retain at most, including its metadata. At least 1, or nil, the
        /// default, for no limit. See ``PagedHeap/setHardLimit(_:)``.
        public var hardLimit: Int?

        /// The format of the scavenger trace on standard error, which `PAGEHEAP_SCAVTRACE` sets for the malloc. The
        /// default is no trace. Programs should use ``PagedHeap/scavengeEvents(polledEvery:)`` instead.
        public var trace = Trace.none

        /// Creates a configuration with the default of each property.
        public init() {}

        func checked() throws(PageHeapError) -> HeapConfiguration {
            if let retainExtraPercent, !(0...100).contains(retainExtraPercent) {
                throw .invalidConfiguration("retainExtraPercent must be 0 to 100, not \(retainExtraPercent)")
            }
            let share = try Self.checkedShare(scavengePercent, named: "scavengePercent")
            var configuration = HeapConfiguration()
            configuration.retainExtraPercent = retainExtraPercent.map { UInt($0) }
            configuration.scavengeShare = share
            configuration.runsWorker = releasesInBackground
            configuration.pacer = pacer.kind
            configuration.releaseMethod = release.method
            configuration.hugePages = hugePages.use
            configuration.cycles = cycles == .runtime ? .runtime : .demand
            configuration.memoryLimit = try Self.checkedLimit(memoryLimit)
            configuration.followsContainerLimit = followsContainerLimit
            configuration.hardLimit = try Self.checkedLimit(hardLimit, named: "hardLimit")
            configuration.trace = trace.kind
            return configuration
        }

        static func checkedShare(_ percent: Double, named name: String) throws(PageHeapError) -> Double {
            // NaN is in no range, so the guard rejects it.
            let share = percent / 100
            guard (Tunables.scavengeShareMinimum...Tunables.scavengeShareLimit).contains(share) else {
                throw .invalidConfiguration("\(name) must be 0.1 to 100, not \(percent)")
            }
            return share
        }

        static func checkedLimit(
            _ bytes: Int?, named name: String = "memoryLimit"
        ) throws(PageHeapError) -> ByteCount? {
            guard let bytes else { return nil }
            guard bytes > 0 else {
                throw .invalidConfiguration("\(name) must be at least 1, or nil for no limit, not \(bytes)")
            }
            return ByteCount(UInt(bytes))
        }
    }
}
