/// Reads single elements of a ``SizeClassTable`` in place. Reading an element of a stored array through its owner
/// copies the whole array with today's compiler: 2 KiB per malloc.
package struct SizeClassLookup {
    private let table: UnsafeRawPointer

    /// - Parameter table: lies in memory that does not move and outlives the lookup.
    @inline(__always)
    package init(_ table: UnsafeMutablePointer<SizeClassTable>) { self.table = UnsafeRawPointer(table) }

    /// Returns the class for a size of at most 32 KiB.
    @inline(__always)
    package func sizeClass(holding bytes: ByteCount) -> SizeClass {
        let unit = UInt(1) &<< UInt(SizeClass.unitShift)
        let units = (bytes.rawValue &+ (unit &- 1)) &>> UInt(SizeClass.unitShift)
        let classes = MemoryLayout<InlineArray<73, SizeClassTable.Entry>>.stride
        return SizeClass(table.load(fromByteOffset: classes &+ Int(bitPattern: units), as: UInt8.self))
    }

    /// The figures of a class.
    @inline(__always)
    package subscript(sizeClass: SizeClass) -> SizeClassTable.Entry {
        table.load(
            fromByteOffset: sizeClass.index &* MemoryLayout<SizeClassTable.Entry>.stride, as: SizeClassTable.Entry.self)
    }
}
