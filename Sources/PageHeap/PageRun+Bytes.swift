import PageHeapCore

/// What is in the pages. None of this counts references or checks for exclusive use at run time; where the run was
/// discarded, the first look through which something may be written enters it in the heap's books.
///
/// Two limits of the compiler, as of Swift 6.3. A span of a local `let` counts as alive until the end of its scope: such a
/// run goes back there, by itself; one that is a `var`, or a parameter, may be released after its spans' last use. And
/// a span cannot leave the access to a class's stored `var`: there, ``withUnsafeBytes(_:)`` and
/// ``withUnsafeMutableBytes(_:)`` serve.
extension PageRun {
    /// The pages' bytes.
    @inlinable
    public var bytes: RawSpan {
        @_lifetime(borrow self)
        get { _overrideLifetime(RawSpan(_unsafeBytes: unsafeBytes), borrowing: self) }
    }

    /// The pages' bytes, to read and to write.
    @inlinable
    public var mutableBytes: MutableRawSpan {
        @_lifetime(&self)
        mutating get {
            _overrideLifetime(MutableRawSpan(_unsafeBytes: unsafeMutableBytes()), mutating: &self)
        }
    }

    /// The pages' contents as integers, as many as fit.
    ///
    /// - Parameter type: any integer type: each pattern of bits is a value of it.
    /// - Returns: ``byteCount`` / the type's stride integers, which live no longer than the access to the run.
    /// - Complexity: O(1).
    @inlinable
    @_lifetime(borrow self)
    public func span<Element: FixedWidthInteger & BitwiseCopyable>(of type: Element.Type) -> Swift.Span<Element> {
        _overrideLifetime(Swift.Span<Element>(_unsafeBytes: unsafeBytes.wholeElements(of: type)), borrowing: self)
    }

    /// The pages' contents as integers, as many as fit, to read and to write.
    ///
    /// - Parameter type: any integer type: each pattern of bits is a value of it.
    /// - Returns: ``byteCount`` / the type's stride integers, which live no longer than the access to the run.
    /// - Complexity: O(1).
    @inlinable
    @_lifetime(&self)
    public mutating func mutableSpan<Element: FixedWidthInteger & BitwiseCopyable>(
        of type: Element.Type
    ) -> MutableSpan<Element> {
        let bytes = UnsafeMutableRawBufferPointer(
            mutating: UnsafeRawBufferPointer(unsafeMutableBytes()).wholeElements(of: type))
        return _overrideLifetime(MutableSpan<Element>(_unsafeBytes: bytes), mutating: &self)
    }

    /// Lets `body` write the pages' first bytes, one after the other. The others keep what they hold.
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
        let bytes = unsafeMutableBytes()
        var output = OutputRawSpan(buffer: bytes, initializedCount: 0)
        try body(&output)
        return output.finalize(for: bytes)
    }

    /// Calls `body` with the pages' bytes.
    ///
    /// - Parameter body: must not let the buffer out.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws.
    /// - Complexity: O(1), beside `body`.
    @inlinable
    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafeBytes)
    }

    /// Calls `body` with the pages' bytes, to change them.
    ///
    /// - Parameter body: must not let the buffer out.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; what it wrote before stays.
    /// - Complexity: O(1), beside `body`.
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

    /// Enters in the books that the pages may be written to from now on.
    @usableFromInline
    mutating func noteWrite() {
        guard isDiscarded else { return }
        isDiscarded = false
        heap.noteTouched(discarded: address, PageCount(UInt(pages)))
    }
}

extension UnsafeRawBufferPointer {
    /// The first bytes, as many as make up whole elements.
    @inlinable
    func wholeElements<Element>(of type: Element.Type) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: prefix(count - count % MemoryLayout<Element>.stride))
    }
}
