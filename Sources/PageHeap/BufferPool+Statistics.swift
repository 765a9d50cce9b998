extension BufferPool {
    /// A pool's figures at one moment. Totals count from the pool's beginning.
    public struct Statistics: Hashable, Codable, Sendable {
        /// The size of a buffer, in bytes.
        public let bufferByteCount: Int
        /// Buffers that have an owner.
        public let lentBuffers: Int
        /// Buffers that wait for the next one who takes one.
        public let idleBuffers: Int
        /// Buffers ever taken.
        public let takenTotal: Int
        /// Of these, those that had been waiting: they came without a call of the heap, and with their memory.
        public let reusedTotal: Int

        /// In buffers that wait, in bytes. What has an owner is not counted.
        public var idleBytes: Int { idleBuffers * bufferByteCount }
    }
}
