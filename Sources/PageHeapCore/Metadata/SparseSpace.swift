/// Reserved address space of the heap's own books of which parts are made accessible, wherever they are needed.
///
/// What is accessible is known exactly, by a bit a part, because a part is mapped once, and unmapped alone. The bits lie in
/// memory that the user provides.
///
/// Whoever holds the lock that guards its user calls it.
package struct SparseSpace {
    package let base: UInt
    private let reserved: ByteCount
    private let partBytes: ByteCount
    private let accessibleParts: UnsafeMutablePointer<UInt64>

    private static func partBytes(_ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
        system.physicalPageBytes
    }

    /// Bytes of the bits for a space: a multiple of 8.
    package static func bitsBytes(_ bytes: ByteCount, _ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount
    {
        let parts = bytes.roundedUp(to: partBytes(system)).rawValue / partBytes(system).rawValue
        return ByteCount((parts + 63) / 64 * 8)
    }

    /// Reserves bytes, or nil if the system refuses.
    ///
    /// - Parameter bits: zeroed memory of ``bitsBytes(_:_:)``, which lasts as long as the space.
    package init?(
        bytes: ByteCount, bits: UnsafeMutableRawPointer, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        partBytes = Self.partBytes(system)
        reserved = bytes.roundedUp(to: partBytes)
        guard let memory = system.reserveMetadata(reserved) else { return nil }
        base = UInt(bitPattern: memory)
        accessibleParts = bits.assumingMemoryBound(to: UInt64.self)
    }

    /// Gives the address space back.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = UnsafeMutableRawPointer(bitPattern: base) else { return }
        let parts = Int(bitPattern: reserved.rawValue / partBytes.rawValue)
        for word in 0..<((parts + 63) / 64) {
            while accessibleParts[word] != 0 {
                let bit = accessibleParts[word].trailingZeroBitCount
                accessibleParts[word] &= accessibleParts[word] &- 1
                system.unmapMetadata(memory + (word * 64 + bit) * Int(bitPattern: partBytes.rawValue), partBytes)
            }
        }
        system.cancelMetadata(memory, reserved)
    }

    /// Makes bytes usable, and a little more around them: they are zero until written.
    ///
    /// - Returns: how many bytes this made accessible; nil if the system refuses, or they are not reserved.
    package func cover(
        _ bytes: Range<UInt>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        if bytes.upperBound > reserved.rawValue { return nil }
        var part = bytes.lowerBound / partBytes.rawValue
        let end = (bytes.upperBound &+ partBytes.rawValue &- 1) / partBytes.rawValue
        var taken: ByteCount = 0
        while part < end {
            // All parts in a row that are missing, with one call.
            let first = part
            while part < end && !isAccessible(part) { part += 1 }
            if part == first {
                part += 1
                continue
            }
            let more = partBytes * (part - first)
            guard let memory = UnsafeMutableRawPointer(bitPattern: base &+ (partBytes * first).rawValue),
                system.makeMetadataAccessible(memory, more)
            else { return nil }
            for made in first..<part { accessibleParts[Int(bitPattern: made &>> 6)] |= 1 &<< UInt64(made & 63) }
            taken += more
        }
        return taken
    }

    private func isAccessible(_ part: UInt) -> Bool {
        accessibleParts[Int(bitPattern: part &>> 6)] &>> UInt64(part & 63) & 1 != 0
    }
}
