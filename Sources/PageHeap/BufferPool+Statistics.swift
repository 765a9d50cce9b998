extension BufferPool {
    /// The statistics of a pool at one moment. Totals count from the pool's creation.
    public struct Statistics: Hashable, Codable, Sendable {
        /// The size of a buffer, in bytes.
        public let bufferByteCount: Int
        /// The number of buffers that are in use.
        public let lentCount: Int
        /// The number of idle buffers, which the pool keeps for reuse.
        public let idleCount: Int
        /// The number of buffers ever taken.
        public let takenTotalCount: Int
        /// How many of these were idle buffers: they needed no allocation from the heap, and still had their memory.
        public let reusedTotalCount: Int

        /// The size of all idle buffers, in bytes. Buffers in use are not counted.
        public var idleByteCount: Int { idleCount * bufferByteCount }
    }
}
