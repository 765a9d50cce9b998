import PageHeapCore

extension PageHeap {
    /// How a heap behaves: every setting that there is, with its default. Nothing is read from the environment unless it is
    /// asked for, by ``init(environment:)``.
    public struct Configuration: Hashable, Sendable {
        /// Memory that is kept on top of what the heap is expected to need, in percent of it: 0 to 100. The default, 10,
        /// spares page faults when the need swings a little.
        public var retainExtraPercent = Int(Tunables.retainExtraPercent)

        /// Whether free memory goes back in the background, as by default, on a thread that the heap starts once it has
        /// grown to 8 MiB, or that of a shared ``Scavenger``. Without it, only ``PageHeap/PageHeap/releaseFreeMemory()`` and allocations that meet a goal
        /// or a limit give memory back.
        public var releasesInBackground = true

        /// The share of the machine's CPU time that giving memory back in the background aims for, in percent: 0.1 to 100.
        /// The default, 1, is hard to notice, and gives about 100 MiB a second back for each processor. Over any ten
        /// seconds it is at most a tenth more. Does not matter to a heap that shares a ``Scavenger``, which has its own share.
        public var scavengePercent = 100 * Tunables.scavengeShare

        /// How the background worker keeps to that share. The default is ``Pacer/controller``. Does not matter to a heap that
        /// shares a ``Scavenger``.
        public var pacer = Pacer.controller

        /// How memory is given back. The default, ``Release/now``, is what makes resident memory fall, which people measure
        /// and containers count.
        public var release = Release.now

        /// Whether the heap lies on huge pages. The default is ``HugePages/system``: what they bring depends on the machine.
        public var hugePages = HugePages.system

        /// Who says what the heap will need. The default, ``Cycles/demand``, is right for all but collected heaps.
        public var cycles = Cycles.demand

        /// The most bytes that the heap should have from the system, its own books included: at least 1, or nothing where
        /// there is no limit, as by default. A container's limit is not looked up. See
        /// ``PageHeap/PageHeap/setMemoryLimit(_:)``.
        public var memoryLimit: Int?

        /// Whether and how the scavenger's work is told of on standard error: as `PAGEHEAP_SCAVTRACE` does for the
        /// malloc. The default is not at all. Programs read it better by
        /// ``PageHeap/PageHeap/scavengeEvents(polledEvery:)``.
        public var trace = Trace.none

        /// The defaults: what each property says.
        public init() {}

        func checked() throws(PageHeapError) -> HeapConfiguration {
            guard (0...100).contains(retainExtraPercent) else {
                throw .invalidConfiguration("retainExtraPercent must be 0 to 100, not \(retainExtraPercent)")
            }
            let share = try Self.checkedShare(scavengePercent, named: "scavengePercent")
            var configuration = HeapConfiguration()
            configuration.retainExtraPercent = UInt(retainExtraPercent)
            configuration.scavengeShare = share
            configuration.runsWorker = releasesInBackground
            configuration.pacer = pacer.kind
            configuration.releaseMethod = release.method
            configuration.hugePages = hugePages.use
            configuration.cycles = cycles == .runtime ? .runtime : .demand
            configuration.memoryLimit = try Self.checkedLimit(memoryLimit)
            configuration.trace = trace.kind
            return configuration
        }

        static func checkedShare(_ percent: Double, named name: String) throws(PageHeapError) -> Double {
            // Not a number is in no range.
            let share = percent / 100
            guard (Tunables.scavengeShareMinimum...Tunables.scavengeShareLimit).contains(share) else {
                throw .invalidConfiguration("\(name) must be 0.1 to 100, not \(percent)")
            }
            return share
        }

        static func checkedLimit(_ bytes: Int?) throws(PageHeapError) -> ByteCount? {
            guard let bytes else { return nil }
            guard bytes > 0 else {
                throw .invalidConfiguration("memoryLimit must be at least 1, or nil for no limit, not \(bytes)")
            }
            return ByteCount(UInt(bytes))
        }
    }
}
