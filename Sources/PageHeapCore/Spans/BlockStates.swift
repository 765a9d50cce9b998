import Synchronization

/// Which small blocks are with the program: a byte a block, out of line, for hardening level 1.
///
/// A block's byte holds a tag of its address while it is with the program, and 0 otherwise. So a free of a pointer into a
/// block finds another block's tag or none, and a second free finds 0, until the block is handed out again. The byte is
/// found by a shift: blocks of 2^n bytes and more begin at most once in 2^n bytes, so that there is a row of bytes for each
/// n from 4 to 11, and a class looks into the row of its size. Seven bits of the address tell the sixteen-byte steps of
/// 2 KiB apart. What is touched of the rows is a byte a block, or one for 2 KiB of larger blocks.
///
/// A handle on memory of its own; copies name the same states. Covers one reservation. Relaxed atomics: a byte is written
/// by whoever has the block; two threads that free one block at the same moment may both succeed.
package struct BlockStates: Sendable {
    /// Where the byte of an address of a class is.
    private struct Row {
        var start: UInt
        /// Of an offset in units of 16 bytes.
        var shift: UInt
    }

    private static var rowCount: UInt { 8 }

    private nonisolated(unsafe) let rows: UnsafeMutablePointer<Row>
    /// Where the bytes begin, after the rows.
    private let bytes: UInt
    /// What is covered, in units of 16 bytes.
    private let units: UInt

    /// States for address space of some size, or nothing if the system refuses room for them.
    package init?(bytes reserved: ByteCount, using system: borrowing some OperatingSystem & ~Copyable) {
        units = reserved.rawValue &>> UInt(SizeClass.unitShift)
        let total = Self.head(system) + ByteCount(2 * units).roundedUp(to: system.physicalPageBytes)
        guard let memory = system.reserveMetadata(total) else { return nil }
        guard system.makeMetadataAccessible(memory, Self.head(system)) else {
            system.cancelMetadata(memory, total)
            return nil
        }
        rows = memory.bindMemory(to: Row.self, capacity: SizeClass.count)
        bytes = UInt(bitPattern: memory) &+ Self.head(system).rawValue
        // What is not small finds the first byte of the table itself, which is no tag: its row's address is zeros there.
        rows.initialize(to: Row(start: UInt(bitPattern: rows), shift: UInt(UInt.bitWidth - 1)))
        for number in 1..<SizeClass.count {
            let block = SizeClass(UInt8(number)).blockBytes.rawValue
            let shift = min(UInt(block.bitWidth - 1 - block.leadingZeroBitCount) - UInt(SizeClass.unitShift), 7)
            (rows + number).initialize(to: Row(start: row(shift), shift: shift))
        }
    }

    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        system.cancelMetadata(
            UnsafeMutableRawPointer(rows),
            Self.head(system) + ByteCount(2 * units).roundedUp(to: system.physicalPageBytes))
    }

    /// Bytes of the table of rows.
    private static func head(_ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
        ByteCount(UInt(SizeClass.count * MemoryLayout<Row>.stride)).roundedUp(to: system.physicalPageBytes)
    }

    /// Where the row for a shift begins: each is half as long as the one before it.
    private func row(_ shift: UInt) -> UInt { bytes &+ 2 &* (units &- units &>> shift) }

    /// Makes the states of some units writable.
    ///
    /// - Returns: the bytes that this made accessible, or nothing if the system refuses; then some may be.
    package func makeAccessible(
        _ first: UInt, _ end: UInt, _ stretches: UnsafeMutablePointer<InlineArray<8, AccessibleStretches>>,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        var total: ByteCount = 0
        for shift in 0..<Self.rowCount {
            let start = row(shift)
            guard
                let more = stretches.pointee[Int(shift)].cover(
                    start &+ first &>> shift, start &+ (end &- 1) &>> shift &+ 1, using: system)
            else { return nil }
            total += more
        }
        return total
    }

    @inline(__always)
    private func byte(_ unit: UInt, _ sizeClass: SizeClass) -> UnsafeMutablePointer<Atomic<UInt8>> {
        let row = rows[sizeClass.index]
        let address = row.start &+ unit &>> row.shift
        return UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
    }

    @inline(__always)
    private func tag(_ unit: UInt) -> UInt8 { UInt8(truncatingIfNeeded: unit &+ unit &+ 1) }

    /// Whether a unit is in the reservation that is covered.
    @inline(__always)
    package func covers(_ unit: UInt) -> Bool { unit < units }

    /// A block goes to the program.
    ///
    /// - Parameter unit: its offset in the reservation, in units of 16 bytes; covered.
    @inline(__always)
    package func markOut(_ unit: UInt, _ sizeClass: SizeClass) {
        byte(unit, sizeClass).pointee.store(tag(unit), ordering: .relaxed)
    }

    /// Whether a block that begins there is with the program.
    @inline(__always)
    package func isOut(_ unit: UInt, _ sizeClass: SizeClass) -> Bool {
        byte(unit, sizeClass).pointee.load(ordering: .relaxed) == tag(unit)
    }

    /// A block comes back; false where none that begins there is with the program.
    @inline(__always)
    package func takeBack(_ unit: UInt, _ sizeClass: SizeClass) -> Bool {
        let byte = byte(unit, sizeClass)
        if byte.pointee.load(ordering: .relaxed) != tag(unit) { return false }
        byte.pointee.store(0, ordering: .relaxed)
        return true
    }
}
