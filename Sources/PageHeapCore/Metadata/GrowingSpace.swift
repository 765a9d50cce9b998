/// Reserved address space of the heap's own books that is made accessible from its beginning on, as far as it is needed.
///
/// Whoever holds the lock that guards its user calls it.
package struct GrowingSpace: BitwiseCopyable, Sendable {
    package let base: UInt
    private let reserved: ByteCount
    /// Bytes made accessible, from the beginning on.
    package private(set) var accessible: ByteCount = 0

    /// Reserves bytes, or nil if the system refuses.
    package init?(bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable) {
        reserved = bytes.roundedUp(to: system.physicalPageBytes)
        guard let memory = system.reserveMetadata(reserved) else { return nil }
        base = UInt(bitPattern: memory)
    }

    /// Gives the address space back.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = UnsafeMutableRawPointer(bitPattern: base) else { return }
        system.unmapMetadata(memory, accessible)
        system.cancelMetadata(memory, reserved)
    }

    /// Makes the first bytes usable, in whole steps: they are zero until written.
    ///
    /// - Parameter step: at least a physical page counts as one.
    /// - Returns: how many bytes this made accessible; nil if the system refuses, or so many are not reserved.
    @inline(__always)
    package mutating func cover(
        _ bytes: ByteCount, step: ByteCount = 0, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        bytes <= accessible ? 0 : extend(bytes, step, using: system)
    }

    @inline(never)
    private mutating func extend(
        _ bytes: ByteCount, _ step: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        if bytes > reserved { return nil }
        let end = min(bytes.roundedUp(to: max(step, system.physicalPageBytes)), reserved)
        let more = end - accessible
        guard let from = UnsafeMutableRawPointer(bitPattern: base &+ accessible.rawValue),
            system.makeMetadataAccessible(from, more)
        else { return nil }
        accessible = end
        return more
    }
}
