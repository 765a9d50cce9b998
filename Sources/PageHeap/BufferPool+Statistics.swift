extension BufferPool {
    /// The statistics of a pool at one moment. Totals count from the pool's creation.
    public struct Statistics: Hashable, Codable, Sendable {
        /// The size of a buffer, in bytes.
        public let bufferByteCount: Int
        /// The number of buffers that are in use.
        public let lentBuffers: Int
        /// The number of idle buffers, which the pool keeps for reuse.
        public let idleBuffers: Int
        /// The number of buffers ever taken.
        public let takenTotal: Int
        /// How many of these were idle buffers: they needed no allocation from the heap, and still had their memory.
        public let reusedTotal: Int

        /// The size of all idle buffers, in bytes. Buffers in use are not counted.
        public var idleBytes: Int { idleBuffers * bufferByteCount }
    }
}
