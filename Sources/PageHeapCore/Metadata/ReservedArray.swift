/// A flat array whose address space is reserved once and made accessible as far as it is used: entries are reached by index
/// arithmetic alone, and cost memory only from the first one to the last one used.
///
/// Fences the pointer: an index must lie inside what has been made accessible.
package struct ReservedArray<Element: BitwiseCopyable>: ~Copyable {
    private var space: GrowingSpace
    package let count: Int

    /// Reserves room for entries, or nil if the system refuses.
    ///
    /// - Parameter lent: memory for the first ones: see ``GrowingSpace``.
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

    /// Gives the address space back.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) { space.cancel(using: system) }

    /// Makes the first entries usable; they are zero until written.
    ///
    /// - Returns: the bytes that became accessible, or nil if the system refuses.
    @inline(__always)
    package mutating func makeAccessible(
        first count: Int, step: ByteCount = 0, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        space.cover(Self.bytes(count), step: step, using: system)
    }

    /// Where an entry lies. The entry must have been made accessible.
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
