// What is said of a pointer that must not be freed, resized or measured. Slow and thorough: the program ends.
extension MallocHeap {
    /// Says what an address is that no span is known to begin or to have small blocks at.
    ///
    /// Of a large block only the first page is in the table from pages to spans, so that a block of any size costs one
    /// entry: the records are searched. Others may change them meanwhile; then the address is called foreign at worst.
    @inline(never)
    func stopForeign(_ address: UInt) -> Never {
        for number in 1..<max(heap.spanRecordCount, 1) {
            let index = SpanIndex(UInt(number))
            let span = heap.spanRecord(index).pointee
            // A free record keeps what it said last; the table no longer names it.
            if address &- span.base < span.bytes.rawValue && heap.spanEntry(of: span.base).span == index {
                WrongFree.stop(.insideLargeBlock, address, base: span.base)
            }
        }
        WrongFree.stop(.foreign, address)
    }

    /// Says what is wrong with an address in a span of small blocks at which no block of the program's begins.
    @inline(never)
    func stopWrongFree(_ address: UInt, _ sizeClass: SizeClass) -> Never {
        let blockBytes = UInt(classes[sizeClass].blockBytes)
        let base = heap.spanRecord(heap.spanEntry(of: address).span).pointee.base
        let isBegin = (address &- base) % blockBytes == 0
        WrongFree.stop(isBegin ? .alreadyFree : .insideSmallBlock, address, blockBytes: blockBytes)
    }
}
