import Synchronization

/// Records which small blocks the program holds: a byte per block, out of line, from hardening level 1 on.
///
/// A block's byte holds a tag of its address while the program holds the block, and 0 otherwise. A free of a pointer
/// into a block therefore finds another block's tag or none, and a second free finds 0, until the block is handed out
/// again. The byte is found by a shift: blocks of at least 2^n bytes begin at most once in 2^n bytes, so there is a row
/// of bytes for each n from 4 to 11, and a class uses the row of its size. Seven bits of the address distinguish the
/// sixteen-byte steps of 2 KiB. Each block uses one byte of one row, and only the memory of those bytes is ever
/// touched.
///
/// A handle on memory of its own; copies name the same states. Covers one reservation. The atomics are relaxed: a byte
/// is written by the thread that has the block. Two threads that free one block at the same moment may both succeed at
/// level 1; at level 2 only one does (``takeBackOnce(_:_:)``).
package struct BlockStates: Sendable {
    /// How to find the byte of an address for one class.
    private struct Row {
        var start: UInt
        /// The shift for an offset in units of 16 bytes.
        var shift: UInt
    }

    private static var rowCount: Int { 8 }

    private nonisolated(unsafe) let rows: UnsafeMutablePointer<Row>
    /// The memory of the row for each shift, behind the table of rows.
    private var spaces: UnsafeMutablePointer<GrowingSpace> {
        (UnsafeMutableRawPointer(rows) + SizeClass.count * MemoryLayout<Row>.stride).assumingMemoryBound(
            to: GrowingSpace.self)
    }
    /// The size of the covered reservation in units of 16 bytes.
    private let units: UInt

    /// Creates the states for a reservation of `reserved` bytes. `nil` if the system refuses memory.
    package init?(bytes reserved: ByteCount, using system: borrowing some OperatingSystem & ~Copyable) {
        units = reserved.rawValue &>> UInt(SizeClass.unitShift)
        guard let memory = system.mapMetadata(Self.tableBytes(system)) else { return nil }
        rows = memory.bindMemory(to: Row.self, capacity: SizeClass.count)
        for shift in 0..<Self.rowCount {
            guard let space = GrowingSpace(bytes: ByteCount((units &>> UInt(shift)) + 1), using: system) else {
                for made in 0..<shift { spaces[made].cancel(using: system) }
                system.unmapWholeMetadata(memory, Self.tableBytes(system))
                return nil
            }
            (spaces + shift).initialize(to: space)
        }
        // Class 0 (not small) finds the first byte of the table itself. It is no tag: the low byte of the table's own
        // address, which is page-aligned, is 0.
        rows.initialize(to: Row(start: UInt(bitPattern: rows), shift: UInt(UInt.bitWidth - 1)))
        for number in 1..<SizeClass.count {
            let block = SizeClass(UInt8(number)).blockBytes.rawValue
            let shift = min(block.bitWidth - 1 - block.leadingZeroBitCount - SizeClass.unitShift, Self.rowCount - 1)
            (rows + number).initialize(to: Row(start: spaces[shift].base, shift: UInt(bitPattern: shift)))
        }
    }

    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        for shift in 0..<Self.rowCount { spaces[shift].cancel(using: system) }
        system.unmapWholeMetadata(UnsafeMutableRawPointer(rows), Self.tableBytes(system))
    }

    /// Returns the bytes of the table of rows and of the spaces behind it.
    private static func tableBytes(_ system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
        let bytes = SizeClass.count * MemoryLayout<Row>.stride + rowCount * MemoryLayout<GrowingSpace>.stride
        return ByteCount(UInt(bitPattern: bytes)).roundedUp(to: system.physicalPageBytes)
    }

    /// Makes the states of the first `end` units accessible.
    ///
    /// - Returns: false if the system refuses; then some of them may have become accessible.
    package func makeAccessible(
        first end: UInt, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        for shift in 0..<Self.rowCount {
            let bytes = ByteCount((end &- 1) &>> UInt(shift) &+ 1)
            if spaces[shift].cover(bytes, using: system) == nil { return false }
        }
        return true
    }

    /// Bytes made accessible for states.
    var accessibleBytes: ByteCount {
        var total: ByteCount = 0
        for shift in 0..<Self.rowCount { total += spaces[shift].accessible }
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

    /// Whether a unit lies in the covered reservation.
    @inline(__always)
    package func covers(_ unit: UInt) -> Bool { unit < units }

    /// Notes that a block goes to the program.
    ///
    /// - Parameter unit: the block's offset in the reservation, in units of 16 bytes; must be covered.
    @inline(__always)
    package func markOut(_ unit: UInt, _ sizeClass: SizeClass) {
        byte(unit, sizeClass).pointee.store(tag(unit), ordering: .relaxed)
    }

    /// Whether the program holds a block that begins at a unit.
    @inline(__always)
    package func isOut(_ unit: UInt, _ sizeClass: SizeClass) -> Bool {
        byte(unit, sizeClass).pointee.load(ordering: .relaxed) == tag(unit)
    }

    /// Notes that a block comes back. False if the program holds no block that begins at the unit.
    @inline(__always)
    package func takeBack(_ unit: UInt, _ sizeClass: SizeClass) -> Bool {
        let byte = byte(unit, sizeClass)
        if byte.pointee.load(ordering: .relaxed) != tag(unit) { return false }
        byte.pointee.store(0, ordering: .relaxed)
        return true
    }

    /// Notes that a block comes back, as ``takeBack(_:_:)`` does; of two threads that free one block at the same moment,
    /// only one succeeds.
    package func takeBackOnce(_ unit: UInt, _ sizeClass: SizeClass) -> Bool {
        byte(unit, sizeClass).pointee.compareExchange(expected: tag(unit), desired: 0, ordering: .relaxed).exchanged
    }
}
