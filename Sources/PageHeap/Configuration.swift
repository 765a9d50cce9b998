import PageHeapCore

extension PageHeap {
    /// How a heap behaves.
    public struct Configuration: Hashable, Sendable {
        /// Memory that is kept on top of what the heap is expected to need, in percent of it: 0 to 100. The default, 10,
        /// spares page faults when the need swings a little.
        public var retainExtraPercent = Int(Tunables.retainExtraPercent)

        /// Whether free memory goes back in the background. Without it, only ``PageHeap/PageHeap/releaseFreeMemory()``
        /// and allocations that meet a goal or a limit give memory back.
        public var releasesInBackground = true

        /// The share of the machine's CPU time that giving memory back in the background aims for, in percent: 0.1 to 100.
        /// The default is 1.
        public var scavengePercent = 100 * Tunables.scavengeShare

        /// Who says what the heap will need.
        public var cycles = Cycles.demand

        /// The most bytes that the heap should have from the system, its own books included: at least 1, or nothing where
        /// there is no limit, as by default. A container's limit is not looked up. See
        /// ``PageHeap/PageHeap/setMemoryLimit(_:)``.
        public var memoryLimit: Int?

        /// Whether and how the scavenger's work is told of on standard error: as `PAGEHEAP_SCAVTRACE` does for the malloc.
        public var trace = Trace.none

        /// The defaults.
        public init() {}

        func checked() throws(PageHeapError) -> HeapConfiguration {
            guard (0...100).contains(retainExtraPercent) else {
                throw .invalidConfiguration("retainExtraPercent must be 0 to 100, not \(retainExtraPercent)")
            }
            // Not a number is in no range.
            let share = scavengePercent / 100
            guard (Tunables.scavengeShareMinimum...Tunables.scavengeShareLimit).contains(share) else {
                throw .invalidConfiguration("scavengePercent must be 0.1 to 100, not \(scavengePercent)")
            }
            var configuration = HeapConfiguration()
            configuration.retainExtraPercent = UInt(retainExtraPercent)
            configuration.scavengeShare = share
            configuration.runsWorker = releasesInBackground
            configuration.cycles = cycles == .runtime ? .runtime : .demand
            configuration.memoryLimit = try Self.checkedLimit(memoryLimit)
            configuration.trace = trace.kind
            return configuration
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
