/// Reserved address space of the heap's own books of which parts are made accessible, wherever they are needed.
///
/// What is accessible is known exactly, by a bit per part, because a part is mapped once, and unmapped alone. The bits lie in
/// memory that the user provides.
///
/// The first part that is needed lies in memory that is lent, beside the other books of a small heap. When a second one is
/// needed, the first moves to its reserved addresses (``base`` changes). The memory that it leaves stays as it was: a reader
/// without the lock that still looks there sees what was true a moment ago.
///
/// The holder of the lock that guards its user calls it.
package struct SparseSpace {
    /// The address that byte 0 has, or would have.
    package private(set) var base: UInt
    private let reservedBase: UInt
    private let reserved: ByteCount
    private let partBytes: ByteCount
    private let accessibleParts: UnsafeMutablePointer<UInt64>
    /// Memory for the first part; nil once that lies at its reserved address.
    private var lent: UnsafeMutableRawPointer?
    /// The part that lies there; the maximum if none does yet.
    private var lentPart = UInt.max

    /// Bytes of a part, and of the memory that is lent.
    package static func partBytes(_ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
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
    /// - Parameters:
    ///   - bits: zeroed memory of ``bitsBytes(_:_:)``.
    ///   - lent: zeroed memory of ``partBytes(_:)``. Both outlive the space.
    package init?(
        bytes: ByteCount, bits: UnsafeMutableRawPointer, lent: UnsafeMutableRawPointer,
        using system: borrowing some OperatingSystem & ~Copyable
    ) {
        partBytes = Self.partBytes(system)
        reserved = bytes.roundedUp(to: partBytes)
        guard let memory = system.reserveMetadata(reserved) else { return nil }
        reservedBase = UInt(bitPattern: memory)
        base = reservedBase
        accessibleParts = bits.assumingMemoryBound(to: UInt64.self)
        self.lent = lent
    }

    /// Gives the address space back.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let memory = UnsafeMutableRawPointer(bitPattern: reservedBase) else { return }
        if lent == nil { unmapParts(of: memory, using: system) }
        system.cancelMetadata(memory, reserved)
    }

    private func unmapParts(
        of memory: UnsafeMutableRawPointer, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        let parts = Int(bitPattern: reserved.rawValue / partBytes.rawValue)
        for word in 0..<((parts + 63) / 64) {
            while accessibleParts[word] != 0 {
                let bit = accessibleParts[word].trailingZeroBitCount
                accessibleParts[word] &= accessibleParts[word] &- 1
                system.unmapMetadata(memory + (word * 64 + bit) * Int(bitPattern: partBytes.rawValue), partBytes)
            }
        }
    }

    /// Makes bytes usable, and a little more around them: they are zero until written.
    ///
    /// - Returns: how many bytes this made accessible; nil if the system refuses, or the space does not have them.
    package mutating func cover(
        _ bytes: Range<UInt>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        if bytes.isEmpty { return 0 }
        if bytes.upperBound > reserved.rawValue { return nil }
        let first = bytes.lowerBound / partBytes.rawValue
        let end = (bytes.upperBound &+ partBytes.rawValue &- 1) / partBytes.rawValue
        if lent != nil {
            if end &- first == 1, lentPart == .max || lentPart == first { return place(first) }
            if !moveOut(using: system) { return nil }
        }
        return map(first..<end, using: system)
    }

    /// Has a part lie in the memory that is lent.
    private mutating func place(_ part: UInt) -> ByteCount {
        if part == lentPart { return 0 }
        lentPart = part
        base = UInt(bitPattern: lent) &- (partBytes * part).rawValue
        note(part)
        return partBytes
    }

    /// Moves what lies in the memory that is lent to its reserved address.
    ///
    /// - Returns: false if the system refuses; then nothing has changed.
    private mutating func moveOut(using system: borrowing some OperatingSystem & ~Copyable) -> Bool {
        if let lent, lentPart != .max {
            guard
                let place = UnsafeMutableRawPointer(bitPattern: reservedBase &+ (partBytes * lentPart).rawValue),
                system.makeMetadataAccessible(place, partBytes)
            else { return false }
            place.copyMemory(from: lent, byteCount: Int(bitPattern: partBytes.rawValue))
        }
        lent = nil
        base = reservedBase
        return true
    }

    /// Makes parts accessible that are not.
    private func map(
        _ parts: Range<UInt>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        var part = parts.lowerBound
        var taken: ByteCount = 0
        while part < parts.upperBound {
            // All parts in a row that are missing, with one call.
            let first = part
            while part < parts.upperBound && !isAccessible(part) { part += 1 }
            if part == first {
                part += 1
                continue
            }
            let more = partBytes * (part - first)
            guard let memory = UnsafeMutableRawPointer(bitPattern: base &+ (partBytes * first).rawValue),
                system.makeMetadataAccessible(memory, more)
            else { return nil }
            for made in first..<part { note(made) }
            taken += more
        }
        return taken
    }

    private func note(_ part: UInt) { accessibleParts[Int(bitPattern: part &>> 6)] |= 1 &<< UInt64(part & 63) }

    private func isAccessible(_ part: UInt) -> Bool {
        accessibleParts[Int(bitPattern: part &>> 6)] &>> UInt64(part & 63) & 1 != 0
    }
}
