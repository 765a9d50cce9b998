/// The tables that malloc and free look up, computed once: the class for each size, and the figures of each class.
package struct SizeClassTable: ~Copyable {
    /// The figures of a class.
    package struct Entry {
        package var blockBytes: UInt32
        /// 2^35 / block bytes, rounded up. The index of the block that holds an offset is `offset × reciprocal >> 35`,
        /// which is exact for every offset in the largest span.
        package var reciprocal: UInt32
        package var blocksPerSpan: UInt16
        package var spanPages: UInt8
        package var spanAlignmentPages: UInt8
    }

    /// log2 of the dividend of the reciprocals.
    package static var reciprocalShift: UInt { 35 }

    fileprivate var entries: InlineArray<81, Entry>
    /// The class for each size in units of 16 bytes, rounded up: 0 to 4,096 units. Size 0 gets a block of 16 bytes.
    fileprivate var classes: InlineArray<4097, UInt8>

    package init() {
        classes = InlineArray(repeating: 1)
        let unit = UInt(1 << SizeClass.unitShift)
        for units in 1...4096 { classes[units] = SizeClass(holding: ByteCount(UInt(units) * unit)).rawValue }
        entries = InlineArray(
            repeating: Entry(blockBytes: 0, reciprocal: 0, blocksPerSpan: 0, spanPages: 0, spanAlignmentPages: 0))
        for number in 1..<SizeClass.count {
            let sizeClass = SizeClass(UInt8(number))
            let block = sizeClass.blockBytes.rawValue
            entries[number] = Entry(
                blockBytes: UInt32(block),
                reciprocal: UInt32((UInt(1) << Self.reciprocalShift + block - 1) / block),
                blocksPerSpan: UInt16(sizeClass.blocksPerSpan),
                spanPages: UInt8(sizeClass.spanPages.rawValue),
                spanAlignmentPages: UInt8(sizeClass.spanAlignment.rawValue))
        }
    }
}

/// Reads single elements of a ``SizeClassTable``: see ``InPlace``.
package struct SizeClassLookup {
    private let table: UnsafeMutablePointer<SizeClassTable>

    /// - Parameter table: lies in memory that does not move and outlives the lookup.
    @inline(__always)
    package init(_ table: UnsafeMutablePointer<SizeClassTable>) { self.table = table }

    /// Returns the class for a size of at most 64 KiB.
    @inline(__always)
    package func sizeClass(holding bytes: ByteCount) -> SizeClass {
        let unit = UInt(1) &<< UInt(SizeClass.unitShift)
        let units = (bytes.rawValue &+ (unit &- 1)) &>> UInt(SizeClass.unitShift)
        let number = withUnsafeMutablePointer(to: &table.pointee.classes) {
            InPlace($0)[Int(bitPattern: units)].pointee
        }
        return SizeClass(number)
    }

    /// The figures of a class.
    @inline(__always)
    package subscript(sizeClass: SizeClass) -> SizeClassTable.Entry {
        withUnsafeMutablePointer(to: &table.pointee.entries) { InPlace($0)[sizeClass.index].pointee }
    }
}
