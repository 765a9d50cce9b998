/// Reserved address space of the heap's own books that is made accessible from one end on, as far as it is needed.
///
/// It may begin in memory that is lent to it, where the books of a small heap lie together; when that is too small, what is
/// there moves to the reserved addresses (``base`` changes). Such a space is looked at under the lock only.
///
/// The holder of the lock that guards its user calls it.
package struct GrowingSpace: BitwiseCopyable, Sendable {
    /// Where it begins, or if it is used from its end, that end.
    package private(set) var base: UInt
    private let reservedBase: UInt
    private let reserved: ByteCount
    private let isUsedFromEnd: Bool
    /// Bytes made accessible, from the base on.
    package private(set) var accessible: ByteCount = 0

    /// Reserves bytes that are used from their end, or nil if the system refuses.
    package init?(
        bytesUsedFromEnd bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        reserved = bytes.roundedUp(to: system.physicalPageBytes)
        guard let memory = system.reserveMetadataUsedFromEnd(reserved) else { return nil }
        reservedBase = UInt(bitPattern: memory)
        base = reservedBase &+ reserved.rawValue
        isUsedFromEnd = true
    }

    /// Reserves bytes, or nil if the system refuses.
    ///
    /// - Parameter lent: memory to begin in, zeroed and usable, that outlives the space.
    package init?(
        bytes: ByteCount, lent: UnsafeMutableRawBufferPointer? = nil,
        using system: borrowing some OperatingSystem & ~Copyable
    ) {
        reserved = bytes.roundedUp(to: system.physicalPageBytes)
        guard let memory = system.reserveMetadata(reserved) else { return nil }
        reservedBase = UInt(bitPattern: memory)
        base = reservedBase
        isUsedFromEnd = false
        if let lent {
            base = UInt(bitPattern: lent.baseAddress)
            accessible = ByteCount(UInt(bitPattern: lent.count))
        }
    }

    private var isLent: Bool { !isUsedFromEnd && base != reservedBase }

    /// Bytes of the space from `start` to `end`, counted from the base.
    private func memory(_ start: ByteCount, _ end: ByteCount) -> UnsafeMutableRawPointer? {
        UnsafeMutableRawPointer(
            bitPattern: isUsedFromEnd ? base &- end.rawValue : reservedBase &+ start.rawValue)
    }

    /// Gives the address space back.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = UnsafeMutableRawPointer(bitPattern: reservedBase) else { return }
        if !isLent, let used = self.memory(0, accessible) { system.unmapMetadata(used, accessible) }
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
        let start: ByteCount = isLent ? 0 : accessible
        guard let from = memory(start, end), system.makeMetadataAccessible(from, end - start) else { return nil }
        if isLent, let lent = UnsafeRawPointer(bitPattern: base) {
            from.copyMemory(from: lent, byteCount: Int(bitPattern: accessible.rawValue))
            base = reservedBase
        }
        accessible = end
        return end - start
    }
}
