extension BufferPool {
    /// A buffer of a pool. It returns to the pool when it is released or goes out of scope.
    ///
    /// A buffer keeps its pool alive. It may be passed to another thread; like any value, it may be used by one
    /// thread at a time.
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

        /// Returns the buffer to its pool. The same happens when it goes out of scope.
        ///
        /// - Complexity: O(1).
        public consuming func release() {}

        /// The buffer's bytes.
        @inlinable
        public var bytes: RawSpan {
            @_lifetime(borrow self)
            get { run.bytes }
        }

        /// The buffer's bytes, for reading and writing.
        @inlinable
        public var mutableBytes: MutableRawSpan {
            @_lifetime(&self)
            mutating get { run.mutableBytes }
        }

        /// Returns the buffer's contents as elements of a type.
        ///
        /// - Parameter type: a type as for ``PageRun/span(of:)``.
        /// - Returns: a span of ``byteCount`` / stride elements, valid for the duration of the access to the buffer.
        /// - Complexity: O(1).
        @inlinable
        @_lifetime(borrow self)
        public func span<Element: BitwiseCopyable>(of type: Element.Type) -> Swift.Span<Element> { run.span(of: type) }

        /// Returns the buffer's contents as elements of a type, for reading and writing.
        ///
        /// - Parameter type: a type as for ``PageRun/span(of:)``.
        /// - Returns: a span of ``byteCount`` / stride elements, valid for the duration of the access to the buffer.
        /// - Complexity: O(1).
        @inlinable
        @_lifetime(&self)
        public mutating func mutableSpan<Element: BitwiseCopyable>(of type: Element.Type) -> MutableSpan<Element> {
            run.mutableSpan(of: type)
        }

        /// Writes the buffer's first bytes with a closure that appends them. The other bytes are unchanged.
        ///
        /// - Parameter body: a closure that appends at most ``byteCount`` bytes to its argument.
        /// - Returns: the number of bytes appended.
        /// - Throws: what `body` throws. The bytes that it appended before remain.
        /// - Complexity: O(1), apart from `body`.
        @inlinable
        @discardableResult
        public mutating func initialize<Failure: Error>(
            with body: (inout OutputRawSpan) throws(Failure) -> Void
        ) throws(Failure) -> Int {
            try run.initialize(with: body)
        }

        /// Calls a closure with the buffer's bytes.
        ///
        /// - Parameter body: a closure that must not let the pointer escape.
        /// - Returns: what `body` returns.
        /// - Throws: what `body` throws.
        /// - Complexity: O(1), apart from `body`.
        @inlinable
        public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
            _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try run.withUnsafeBytes(body)
        }

        /// Calls a closure with the buffer's bytes, which it may change: for system calls that fill a buffer.
        ///
        /// - Parameter body: a closure that must not let the pointer escape.
        /// - Returns: what `body` returns.
        /// - Throws: what `body` throws. What it wrote before remains.
        /// - Complexity: O(1), apart from `body`.
        @inlinable
        public mutating func withUnsafeMutableBytes<Result: ~Copyable, Failure: Error>(
            _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try run.withUnsafeMutableBytes(body)
        }
    }
}
