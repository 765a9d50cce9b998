extension MallocHeap {
    /// A block of whole pages.
    ///
    /// - Parameters:
    ///   - bytes: at least 1.
    ///   - alignment: a power of two.
    /// - Returns: its address, and whether it is known to read as zero.
    package func allocateLarge(
        _ bytes: ByteCount, alignment: ByteCount = 16
    ) -> (pointer: UnsafeMutableRawPointer, isZero: Bool)? {
        // Refused before anything is written for it: a page's table entry alone would cost a request of a terabyte dear.
        guard bytes <= state.pointee.largestRequestBytes else { return nil }
        let pages = bytes.pagesRoundedUp
        guard let index = heap.allocateSpanRecord() else { return nil }
        guard
            let (address, scavenged) = heap.allocatePages(
                pages, alignment: alignment.pagesRoundedUp, shard: Int(truncatingIfNeeded: pages.rawValue))
        else {
            heap.deallocateSpanRecord(index)
            return nil
        }
        let span = heap.spanRecord(index)
        span.pointee.base = address
        span.pointee.pages = UInt32(truncatingIfNeeded: pages.rawValue)
        heap.setSpanEntry(SpanTableEntry(span: index, sizeClass: .notSmall), from: address, count: pages)
        noteLive(pages.bytes.rawValue, out: true)
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
        let readsZero = scavenged == pages.bytes && state.pointee.heap.releasedReadsZero
        return (pointer, readsZero)
    }

    /// Frees a block of whole pages.
    func freeLarge(_ address: UInt, _ index: SpanIndex) {
        let span = heap.spanRecord(index).pointee
        if span.base != address { WrongFree.stop(.insideLargeBlock, address, base: span.base) }
        let pages = PageCount(UInt(span.pages))
        heap.setSpanEntry(.none, from: address, count: pages)
        heap.deallocateSpanRecord(index)
        noteLive(pages.bytes.rawValue, out: false)
        heap.freePages(address, pages)
    }

    /// Makes a large block smaller or larger where it is.
    ///
    /// - Parameter bytes: more than a small block's.
    /// - Returns: false where it cannot be; then nothing has changed.
    package func resizeLarge(_ index: SpanIndex, to bytes: ByteCount) -> Bool {
        let span = heap.spanRecord(index)
        let old = PageCount(UInt(span.pointee.pages))
        let new = bytes.pagesRoundedUp
        if new == old { return true }
        if new < old {
            let tail = span.pointee.base &+ new.bytes.rawValue
            span.pointee.pages = UInt32(truncatingIfNeeded: new.rawValue)
            heap.setSpanEntry(.none, from: tail, count: old - new)
            noteLive((old - new).bytes.rawValue, out: false)
            heap.freePages(tail, old - new)
            return true
        }
        let end = span.pointee.base &+ old.bytes.rawValue
        guard bytes <= state.pointee.largestRequestBytes, heap.extend(at: end, by: new - old) else {
            return false
        }
        span.pointee.pages = UInt32(truncatingIfNeeded: new.rawValue)
        heap.setSpanEntry(SpanTableEntry(span: index, sizeClass: .notSmall), from: end, count: new - old)
        noteLive((new - old).bytes.rawValue, out: true)
        return true
    }
}
