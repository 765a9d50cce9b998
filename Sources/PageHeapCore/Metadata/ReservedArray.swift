/// A flat array whose address space is reserved once and made accessible as far as it is used. Entries are reached by
/// index arithmetic alone, and cost memory only up to the highest one made accessible.
///
/// An index must lie inside the accessible part; checked builds stop at any other.
package struct ReservedArray<Element: BitwiseCopyable>: ~Copyable {
    private var space: GrowingSpace
    package let count: Int

    /// Reserves address space for `count` entries. `nil` if the system refuses.
    ///
    /// - Parameter lent: memory for the first entries: see ``GrowingSpace``.
    package init?(
        count: Int, lent: UnsafeMutableRawBufferPointer? = nil,
        using system: borrowing some OperatingSystem & ~Copyable
    ) {
        guard let space = GrowingSpace(bytes: Self.bytes(count), lent: lent, using: system) else { return nil }
        self.space = space
        self.count = count
    }

    private static func bytes(_ count: Int) -> ByteCount {
        ByteCount(UInt(bitPattern: count &* MemoryLayout<Element>.stride))
    }

    /// Returns the address space.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) { space.cancel(using: system) }

    /// Makes the first `count` entries accessible. New entries are zero.
    ///
    /// - Returns: the bytes that became accessible, or `nil` if the system refuses.
    @inline(__always)
    package mutating func makeAccessible(
        first count: Int, step: ByteCount = 0, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        space.cover(Self.bytes(count), step: step, using: system)
    }

    /// Returns the address of an entry, which must have been made accessible.
    @inline(__always)
    package func pointer(_ index: Int) -> UnsafeMutablePointer<Element> {
        invariant(index >= 0 && Self.bytes(index + 1) <= space.accessible, "index outside a reserved array")
        let address = space.base &+ UInt(bitPattern: index &* MemoryLayout<Element>.stride)
        return UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
    }

    @inline(__always)
    package subscript(index: Int) -> Element {
        get { pointer(index).pointee }
        nonmutating set { pointer(index).pointee = newValue }
    }
}
