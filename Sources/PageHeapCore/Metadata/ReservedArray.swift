/// A flat array whose address space is reserved once and made accessible where it is used: entries are reached by
/// index arithmetic alone, and an entry costs memory only if its neighbourhood is used.
///
/// Fences the pointer: an index must lie inside what has been made accessible.
package struct ReservedArray<Element: BitwiseCopyable>: ~Copyable {
    /// The address that index 0 has or would have; only indices from `firstIndex` on are there.
    package let base: UInt
    package let firstIndex: Int
    package let count: Int

    private var accessible = AccessibleStretches()

    /// Reserves room for the entries `firstIndex ..< firstIndex + count`, or nothing if the system refuses.
    package init?(
        firstIndex: Int, count: Int, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        let bytes = Self.reservedBytes(count, system.physicalPageBytes)
        guard let memory = system.reserveMetadata(bytes) else { return nil }
        base = UInt(bitPattern: memory) &- UInt(bitPattern: firstIndex &* MemoryLayout<Element>.stride)
        self.firstIndex = firstIndex
        self.count = count
    }

    private static func reservedBytes(_ count: Int, _ physicalPage: ByteCount) -> ByteCount {
        ByteCount(UInt(count * MemoryLayout<Element>.stride)).roundedUp(to: physicalPage)
    }

    /// Gives the address space back.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = UnsafeMutableRawPointer(bitPattern: address(of: firstIndex)) else { return }
        system.cancelMetadata(memory, Self.reservedBytes(count, system.physicalPageBytes))
    }

    /// Whether all entries of a range are among those reserved.
    package func covers(_ range: Range<Int>) -> Bool {
        range.lowerBound >= firstIndex && range.upperBound <= firstIndex + count
    }

    /// Makes entries usable; they are zero until written.
    ///
    /// - Returns: the bytes that became accessible, or nothing if the system refuses.
    package mutating func makeAccessible(
        _ range: Range<Int>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        accessible.cover(address(of: range.lowerBound), address(of: range.upperBound), using: system)
    }

    @inline(__always)
    private func address(of index: Int) -> UInt {
        base &+ UInt(bitPattern: index &* MemoryLayout<Element>.stride)
    }

    /// Where an entry lies. The entry must have been made accessible.
    @inline(__always)
    package func pointer(_ index: Int) -> UnsafeMutablePointer<Element> {
        invariant(index >= firstIndex && index < firstIndex + count, "index outside a reserved array")
        return UnsafeMutablePointer(bitPattern: address(of: index)).unsafelyUnwrapped
    }

    @inline(__always)
    package subscript(index: Int) -> Element {
        get { pointer(index).pointee }
        nonmutating set { pointer(index).pointee = newValue }
    }
}
