/// A look into a ``SizeClassTable`` where it lies. Reading an element of a stored array through its owner copies the
/// whole array (2 KiB a malloc, as the compiler is today), so this reads the element alone.
package struct SizeClassLookup {
    private let table: UnsafeRawPointer

    /// - Parameter table: in memory that does not move.
    @inline(__always)
    package init(_ table: UnsafeMutablePointer<SizeClassTable>) { self.table = UnsafeRawPointer(table) }

    /// The class of a size of at most 32 KiB.
    @inline(__always)
    package func sizeClass(holding bytes: ByteCount) -> SizeClass {
        let unit = UInt(1) &<< UInt(SizeClass.unitShift)
        let units = (bytes.rawValue &+ (unit &- 1)) &>> UInt(SizeClass.unitShift)
        let classes = MemoryLayout<InlineArray<73, SizeClassTable.Entry>>.stride
        return SizeClass(table.load(fromByteOffset: classes &+ Int(bitPattern: units), as: UInt8.self))
    }

    /// A class's figures.
    @inline(__always)
    package subscript(sizeClass: SizeClass) -> SizeClassTable.Entry {
        table.load(
            fromByteOffset: sizeClass.index &* MemoryLayout<SizeClassTable.Entry>.stride, as: SizeClassTable.Entry.self)
    }
}
