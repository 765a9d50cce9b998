// Diagnosis of a pointer that must not be freed, resized or measured. It may be slow: the program ends.
extension MallocHeap {
    /// Diagnoses an address that no page-map entry covers, then aborts.
    @inline(never)
    func stopForeign(_ address: UInt, in call: BlockCall) -> Never {
        if let span = largeBlock(around: address, entry: { spans.entry(of: $0) })?.pointee,
            address &- span.base < span.bytes.rawValue
        {
            WrongUse.stop(.insideLargeBlock, address, in: call, base: span.base)
        }
        WrongUse.stop(.foreign, address, in: call)
    }

    /// The large block whose pages, or whose guard, an address lies in; nil if there is none.
    ///
    /// The page map covers only the first page of a large block, so that a block of any size costs one entry; for
    /// addresses further in, the records are searched. Other threads may change the records meanwhile; at worst the
    /// block is not found.
    ///
    /// - Parameter entry: returns the page map's entry of an address; nil if it cannot be read.
    func largeBlock(around address: UInt, entry: (UInt) -> PageMapEntry?) -> UnsafeMutablePointer<Span>? {
        for number in 1..<max(spans.recordCount, 1) {
            let index = SpanIndex(UInt(number))
            let record = spans.record(index)
            let span = record.pointee
            // A freed record keeps its old contents, but the page map no longer refers to it.
            if address &- span.base < (span.bytes + span.guardPages.bytes).rawValue,
                let entry = entry(span.base), entry.span == index, entry.sizeClass == .notSmall
            {
                return record
            }
        }
        return nil
    }

    /// Diagnoses an address in a span of small blocks at which no allocated block begins, then aborts.
    @inline(never)
    func stopWrongUse(_ address: UInt, _ sizeClass: SizeClass, in call: BlockCall) -> Never {
        let blockBytes = UInt(classes[sizeClass].blockBytes)
        let base = spans.record(spans.entry(of: address).span).pointee.base
        let isBegin = (address &- base) % blockBytes == 0
        WrongUse.stop(isBegin ? .alreadyFree : .insideSmallBlock, address, in: call, blockBytes: blockBytes)
    }
}
