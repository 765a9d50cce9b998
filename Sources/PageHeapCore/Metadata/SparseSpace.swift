/// Reserved metadata address space whose parts are made accessible one by one, wherever they are needed.
///
/// A bitmap records exactly which parts are accessible, because a part must be mapped once and unmapped separately. The
/// owner provides the memory for the bitmap.
///
/// The first part lies in lent memory, beside the other metadata of a small heap. When a second part is needed, the
/// first moves to its reserved address and ``base`` changes. The lent memory keeps its contents, so a reader without
/// the lock that still looks there finds values that were current a moment ago.
///
/// Not thread-safe: the caller holds the lock that guards the owner of the space.
package struct SparseSpace {
    /// The address of byte 0. While the lent memory is used, the address that byte 0 would have.
    package private(set) var base: UInt
    private let reservedBase: UInt
    private let reserved: ByteCount
    private let partBytes: ByteCount
    private let accessibleParts: UnsafeMutablePointer<UInt64>
    /// The lent memory for the first part; `nil` once that part lies at its reserved address.
    private var lent: UnsafeMutableRawPointer?
    /// The part that lies in the lent memory; `UInt.max` if none does yet.
    private var lentPart = UInt.max

    /// Returns the bytes per part, which is also the size of the lent memory.
    package static func partBytes(_ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
        system.physicalPageBytes
    }

    /// Returns the bytes of the bitmap for a space of `bytes`: a multiple of 8.
    package static func bitsBytes(_ bytes: ByteCount, _ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount
    {
        let parts = bytes.roundedUp(to: partBytes(system)).rawValue / partBytes(system).rawValue
        return ByteCount((parts + 63) / 64 * 8)
    }

    /// Reserves `bytes` of address space. `nil` if the system refuses.
    ///
    /// - Parameters:
    ///   - bits: zeroed memory of ``bitsBytes(_:_:)``; it must outlive the space.
    ///   - lent: zeroed memory of ``partBytes(_:)``; it must outlive the space.
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

    /// Unmaps the accessible parts and returns the address space.
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

    /// Makes a range of bytes accessible, rounded out to whole parts. New bytes are zero.
    ///
    /// - Returns: the bytes that became accessible, without lent memory; `nil` if the system refuses or the range
    ///   exceeds the reservation.
    package mutating func cover(
        _ bytes: Range<UInt>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        if bytes.isEmpty { return 0 }
        if bytes.upperBound > reserved.rawValue { return nil }
        let first = bytes.lowerBound / partBytes.rawValue
        let end = (bytes.upperBound &+ partBytes.rawValue &- 1) / partBytes.rawValue
        var moved: ByteCount = 0
        if lent != nil {
            if end &- first == 1, lentPart == .max || lentPart == first {
                place(first)
                return 0
            }
            guard let bytes = moveOut(using: system) else { return nil }
            moved = bytes
        }
        return map(first..<end, using: system).map { $0 + moved }
    }

    /// Places a part in the lent memory.
    private mutating func place(_ part: UInt) {
        if part == lentPart { return }
        lentPart = part
        base = UInt(bitPattern: lent) &- (partBytes * part).rawValue
        note(part)
    }

    /// Moves the part in the lent memory to its reserved address.
    ///
    /// - Returns: the bytes that became accessible there; `nil` if the system refuses, and then nothing has changed.
    private mutating func moveOut(using system: borrowing some OperatingSystem & ~Copyable) -> ByteCount? {
        var moved: ByteCount = 0
        if let lent, lentPart != .max {
            guard
                let place = UnsafeMutableRawPointer(bitPattern: reservedBase &+ (partBytes * lentPart).rawValue),
                system.makeMetadataAccessible(place, partBytes)
            else { return nil }
            moved = partBytes
            place.copyMemory(from: lent, byteCount: Int(bitPattern: partBytes.rawValue))
        }
        lent = nil
        base = reservedBase
        return moved
    }

    /// Maps those of the given parts that are not accessible yet.
    private func map(
        _ parts: Range<UInt>, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        var part = parts.lowerBound
        var taken: ByteCount = 0
        while part < parts.upperBound {
            // Map adjacent missing parts with one call.
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
