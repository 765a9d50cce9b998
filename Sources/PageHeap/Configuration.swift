import PageHeapCore

extension PageHeap {
    /// How a heap behaves.
    public struct Configuration: Hashable, Sendable {
        /// Memory that is kept on top of what the heap is expected to need, in percent of it: 0 to 100. The default, 10,
        /// spares page faults when the need swings a little.
        public var retainExtraPercent = Int(Tunables.retainExtraPercent)

        /// Whether free memory goes back in the background. Without it, only ``PageHeap/PageHeap/releaseFreeMemory()``
        /// gives memory back.
        public var releasesInBackground = true

        /// The defaults.
        public init() {}

        func checked() throws(PageHeapError) -> HeapConfiguration {
            guard (0...100).contains(retainExtraPercent) else {
                throw .invalidConfiguration("retainExtraPercent must be 0 to 100, not \(retainExtraPercent)")
            }
            var configuration = HeapConfiguration()
            configuration.retainExtraPercent = UInt(retainExtraPercent)
            configuration.runsWorker = releasesInBackground
            return configuration
        }
    }
}
