// Diagnosis of a pointer that must not be freed, resized or measured. It may be slow: the program ends.
extension MallocHeap {
    /// Diagnoses an address that no page-map entry covers, then aborts.
    ///
    /// The page map covers only the first page of a large block, so that a block of any size costs one entry; for
    /// addresses further in, the records are searched. Other threads may change the records meanwhile; at worst the
    /// address is called foreign.
    @inline(never)
    func stopForeign(_ address: UInt) -> Never {
        for number in 1..<max(spans.recordCount, 1) {
            let index = SpanIndex(UInt(number))
            let span = spans.record(index).pointee
            // A freed record keeps its old contents, but the page map no longer refers to it.
            if address &- span.base < span.bytes.rawValue && spans.entry(of: span.base).span == index {
                WrongFree.stop(.insideLargeBlock, address, base: span.base)
            }
        }
        WrongFree.stop(.foreign, address)
    }

    /// Diagnoses an address in a span of small blocks at which no allocated block begins, then aborts.
    @inline(never)
    func stopWrongFree(_ address: UInt, _ sizeClass: SizeClass) -> Never {
        let blockBytes = UInt(classes[sizeClass].blockBytes)
        let base = spans.record(spans.entry(of: address).span).pointee.base
        let isBegin = (address &- base) % blockBytes == 0
        WrongFree.stop(isBegin ? .alreadyFree : .insideSmallBlock, address, blockBytes: blockBytes)
    }
}
