import PageHeapCore

/// Access to a run's bytes. It neither counts references nor checks exclusivity at run time. After the contents were
/// discarded, the first access that may write updates the heap's statistics.
///
/// The compiler has two limits, as of Swift 6.3. A span of a local `let` counts as alive until the end of its
/// scope, so such a run is freed there; a run that is a `var` or a parameter can be released after the last
/// use of its spans. And a span cannot escape the access to a class's stored `var`: use
/// ``withUnsafeBytes(_:)`` or ``withUnsafeMutableBytes(_:)`` there.
extension PageRun {
    /// The pages' bytes.
    @inlinable
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { _overrideLifetime(RawSpan(_unsafeBytes: unsafeBytes), borrowing: self) }
    }

    /// The pages' bytes, for reading and writing.
    @inlinable
    public var mutableBytes: MutableRawSpan {
        @_lifetime(&self)
        mutating get {
            _overrideLifetime(MutableRawSpan(_unsafeBytes: unsafeMutableBytes()), mutating: &self)
        }
    }

    /// Returns the pages' contents as elements of a type.
    ///
    /// - Parameter type: a type whose values are bytes and nothing else. Any bytes are values of integers, of
    ///   floating-point numbers, and of vectors and structures of these. Of types that leave out some bit patterns,
    ///   such as `Bool`, enumerations and pointers, read only elements that were written as such: the behaviour is
    ///   undefined otherwise.
    /// - Returns: a span of ``byteCount`` / stride elements, valid for the duration of the access to the run.
    /// - Complexity: O(1).
    @inlinable
    @_lifetime(borrow self)
    public func span<Element: BitwiseCopyable>(of type: Element.Type) -> Swift.Span<Element> {
        _overrideLifetime(Swift.Span<Element>(_unsafeBytes: unsafeBytes.wholeElements(of: type)), borrowing: self)
    }

    /// Returns the pages' contents as elements of a type, for reading and writing.
    ///
    /// - Parameter type: a type as for ``span(of:)``.
    /// - Returns: a span of ``byteCount`` / stride elements, valid for the duration of the access to the run.
    /// - Complexity: O(1).
    @inlinable
    @_lifetime(&self)
    public mutating func mutableSpan<Element: BitwiseCopyable>(
        of type: Element.Type
    ) -> MutableSpan<Element> {
        let bytes = UnsafeMutableRawBufferPointer(
            mutating: UnsafeRawBufferPointer(unsafeMutableBytes()).wholeElements(of: type))
        return _overrideLifetime(MutableSpan<Element>(_unsafeBytes: bytes), mutating: &self)
    }

    /// Writes the pages' first bytes with a closure that appends them. The other bytes are unchanged.
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
        let bytes = unsafeMutableBytes()
        var output = OutputRawSpan(buffer: bytes, initializedCount: 0)
        try body(&output)
        return output.finalize(for: bytes)
    }

    /// Calls a closure with the pages' bytes.
    ///
    /// - Parameter body: a closure that must not let the pointer escape.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    /// - Complexity: O(1), apart from `body`.
    @inlinable
    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafeBytes)
    }

    /// Calls a closure with the pages' bytes, which it may change.
    ///
    /// - Parameter body: a closure that must not let the pointer escape.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws. What it wrote before remains.
    /// - Complexity: O(1), apart from `body`.
    @inlinable
    public mutating func withUnsafeMutableBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafeMutableBytes())
    }

    @inlinable
    var start: UnsafeMutableRawPointer { UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped }

    @inlinable
    var unsafeBytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: byteCount) }

    @inlinable
    mutating func unsafeMutableBytes() -> UnsafeMutableRawBufferPointer {
        if isDiscarded { noteWrite() }
        return UnsafeMutableRawBufferPointer(start: start, count: byteCount)
    }

    /// Counts discarded pages as having memory again, because they may be written from now on.
    @usableFromInline
    mutating func noteWrite() {
        guard isDiscarded else { return }
        isDiscarded = false
        heap.noteTouched(discarded: address, PageCount(UInt(pageCount)))
    }
}

extension UnsafeRawBufferPointer {
    /// Returns the longest prefix that is a whole number of elements.
    @inlinable
    func wholeElements<Element>(of type: Element.Type) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: prefix(count - count % MemoryLayout<Element>.stride))
    }
}
