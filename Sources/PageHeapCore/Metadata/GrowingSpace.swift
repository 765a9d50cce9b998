/// Reserved metadata address space that is made accessible from one end, as far as it is needed.
///
/// It may begin in lent memory, where the metadata of a small heap lies together. When that is too small, the contents
/// move to the reserved addresses and ``base`` changes, so a space with lent memory must be accessed under the lock
/// only.
///
/// Not thread-safe: the caller holds the lock that guards the owner of the space.
package struct GrowingSpace: BitwiseCopyable, Sendable {
    /// The address of byte 0; for a space used from its end, the address past the last byte.
    package private(set) var base: UInt
    private let reservedBase: UInt
    private let reserved: ByteCount
    private let isUsedFromEnd: Bool
    /// Bytes made accessible so far, counted from ``base``.
    package private(set) var accessible: ByteCount = 0

    /// Reserves `bytes` of address space that is used from its end. `nil` if the system refuses.
    package init?(
        bytesUsedFromEnd bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        reserved = bytes.roundedUp(to: system.physicalPageBytes)
        guard let memory = system.reserveMetadataUsedFromEnd(reserved) else { return nil }
        reservedBase = UInt(bitPattern: memory)
        base = reservedBase &+ reserved.rawValue
        isUsedFromEnd = true
    }

    /// Reserves `bytes` of address space. `nil` if the system refuses.
    ///
    /// - Parameter lent: zeroed, accessible memory to begin in; it must outlive the space.
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

    /// Returns the reserved memory of the bytes from `start` to `end`, counted from the base.
    private func memory(_ start: ByteCount, _ end: ByteCount) -> UnsafeMutableRawPointer? {
        UnsafeMutableRawPointer(
            bitPattern: isUsedFromEnd ? base &- end.rawValue : reservedBase &+ start.rawValue)
    }

    /// Unmaps what is accessible and returns the address space. Lent memory stays.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = UnsafeMutableRawPointer(bitPattern: reservedBase) else { return }
        if !isLent, let used = self.memory(0, accessible) { system.unmapMetadata(used, accessible) }
        system.cancelMetadata(memory, reserved)
    }

    /// Makes the first `bytes` accessible, rounded up to whole steps. New bytes are zero.
    ///
    /// - Parameter step: bytes per step; less than a physical page counts as one.
    /// - Returns: the bytes that became accessible; `nil` if the system refuses or the reservation is too small.
    @inline(__always)
    package mutating func cover(
        _ bytes: ByteCount, step: ByteCount = 0, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        bytes <= accessible ? 0 : extend(bytes, step, using: system)
    }

    /// Whether another mapping lies in what would have to become accessible for the first bytes.
    package func isBlocked(_ bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable) -> Bool {
        let end = bytes.roundedUp(to: system.physicalPageBytes)
        let start: ByteCount = isLent ? 0 : accessible
        guard end > start, end <= reserved, let first = memory(start, end) else { return false }
        return system.isOccupied(UInt(bitPattern: first), end - start)
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
