extension BufferPool {
    /// A buffer of a pool, and its owner: it goes back to the pool when it is released, or goes out of scope.
    ///
    /// It keeps its pool alive. It may be handed to another thread; like any value, it is used by one at a time.
    public struct Buffer: ~Copyable, Sendable {
        @usableFromInline
        var run: PageRun
        private let pool: BufferPool

        init(_ run: consuming PageRun, of pool: BufferPool) {
            self.run = run
            self.pool = pool
        }

        deinit { pool.give(run) }

        /// The size in bytes: the pool's ``BufferPool/bufferByteCount``.
        @inlinable
        public var byteCount: Int { run.byteCount }

        /// Gives the buffer back to its pool. The same happens when it goes out of scope.
        ///
        /// - Complexity: O(1).
        public consuming func release() {}

        /// The bytes.
        @inlinable
        public var bytes: RawSpan {
            @_lifetime(borrow self)
            get { run.bytes }
        }

        /// The bytes, to read and to write.
        @inlinable
        public var mutableBytes: MutableRawSpan {
            @_lifetime(&self)
            mutating get { run.mutableBytes }
        }

        /// Lets `body` write the first bytes, one after the other. The others keep what they hold.
        ///
        /// - Parameter body: appends to what it is given, at most ``byteCount`` bytes.
        /// - Returns: how many bytes were appended.
        /// - Throws: what `body` throws; what it appended before stays.
        /// - Complexity: O(1), beside `body`.
        @inlinable
        @discardableResult
        public mutating func initialize<Failure: Error>(
            with body: (inout OutputRawSpan) throws(Failure) -> Void
        ) throws(Failure) -> Int {
            try run.initialize(with: body)
        }

        /// Calls `body` with the bytes.
        ///
        /// - Parameter body: must not let the buffer out.
        /// - Returns: what `body` returns.
        /// - Throws: what `body` throws.
        /// - Complexity: O(1), beside `body`.
        @inlinable
        public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
            _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try run.withUnsafeBytes(body)
        }

        /// Calls `body` with the bytes, to change them: for system calls that fill them.
        ///
        /// - Parameter body: must not let the buffer out.
        /// - Returns: what `body` returns.
        /// - Throws: what `body` throws; what it wrote before stays.
        /// - Complexity: O(1), beside `body`.
        @inlinable
        public mutating func withUnsafeMutableBytes<Result: ~Copyable, Failure: Error>(
            _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try run.withUnsafeMutableBytes(body)
        }
    }
}
