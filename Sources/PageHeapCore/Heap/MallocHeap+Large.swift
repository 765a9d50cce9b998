/// Blocks of whole pages: each a span of its own.
extension MallocHeap {
    /// A block of whole pages.
    ///
    /// - Parameters:
    ///   - bytes: at least 1.
    ///   - alignment: a power of two.
    /// - Returns: its address, and how many of its bytes have no memory, and read as zero if ``Heap/releasedReadsZero``.
    package func allocateLarge(
        _ bytes: ByteCount, alignment: ByteCount = 16
    ) -> (pointer: UnsafeMutableRawPointer, scavenged: ByteCount)? {
        // Refused before anything is written for it.
        guard mayBeHad(bytes) else { return nil }
        if let block = allocateLargeOnce(bytes, alignment) { return block }
        // All that the heap holds idle is tried before a request is refused.
        reclaimIdle()
        return allocateLargeOnce(bytes, alignment)
    }

    private func allocateLargeOnce(
        _ bytes: ByteCount, _ alignment: ByteCount
    ) -> (pointer: UnsafeMutableRawPointer, scavenged: ByteCount)? {
        let pages = bytes.pagesRoundedUp
        if LargeSpans.keeps(pages) && alignment <= PageGeometry.pageBytes, let address = takeFreed(pages) {
            return (address, 0)
        }
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
        span.pointee.freeBlocks = 0
        heap.setSpanEntry(SpanTableEntry(span: index, sizeClass: .notSmall), from: address, count: 1)
        noteLive(pages.bytes.rawValue, out: true)
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { return nil }
        return (pointer, scavenged)
    }

    /// Whether a request is no larger than what the system could ever give: asked anew each time, because memory may be
    /// added, but only for requests that may be too large.
    private func mayBeHad(_ bytes: ByteCount) -> Bool {
        bytes <= Tunables.uncheckedRequestBytes
            || bytes <= state.pointee.heap.configuration.reservationBytes
                && bytes <= state.pointee.heap.system.largestRequestBytes
    }

    /// A freed block that waits for a request like this.
    private func takeFreed(_ pages: PageCount) -> UnsafeMutableRawPointer? {
        state.pointee.largeSpans.lock.lock()
        let index = state.pointee.largeSpans.take(pages) { heap.spanRecord($0) }
        state.pointee.largeSpans.lock.unlock()
        if index == .none { return nil }
        noteLive(pages.bytes.rawValue, out: true)
        return UnsafeMutableRawPointer(bitPattern: heap.spanRecord(index).pointee.base)
    }

    /// A block of whole pages that reads as zero: what is known to be zero is not touched.
    func allocateLargeZeroed(_ bytes: ByteCount) -> UnsafeMutableRawPointer? {
        guard let (pointer, scavenged) = allocateLarge(bytes) else { return nil }
        let pages = bytes.pagesRoundedUp
        if scavenged == pages.bytes && heap.releasedReadsZero { return pointer }
        if pages.bytes >= Tunables.zeroByReleaseBytes && heap.discardedReadsZero
            && state.pointee.heap.system.release(UInt(bitPattern: pointer), pages.bytes, method: .now) == 0
        {
            return pointer
        }
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: Int(bitPattern: bytes.rawValue))
        return pointer
    }

    /// Frees a block of whole pages, or keeps it for the next request.
    func freeLarge(_ address: UInt, _ index: SpanIndex) {
        let span = heap.spanRecord(index)
        if span.pointee.base != address { WrongFree.stop(.insideLargeBlock, address, base: span.pointee.base) }
        let pages = PageCount(UInt(span.pointee.pages))
        if LargeSpans.keeps(pages) {
            state.pointee.largeSpans.lock.lock()
            let isFree = span.pointee.freeBlocks != 0
            let isKept = !isFree && state.pointee.largeSpans.keep(index, span)
            state.pointee.largeSpans.lock.unlock()
            if isFree { WrongFree.stop(.alreadyFree, address) }
            if isKept {
                noteLive(pages.bytes.rawValue, out: false)
                heap.noteGiven(pages.bytes)
                return
            }
        }
        noteLive(pages.bytes.rawValue, out: false)
        giveLargeBack(index)
    }

    /// Gives freed large blocks back to the heap: all, or those that were not needed since the last call.
    ///
    /// - Returns: whether a later call may give back more.
    func releaseLargeSpans(regardless: Bool) -> Bool {
        while true {
            state.pointee.largeSpans.lock.lock()
            let index = state.pointee.largeSpans.takeIdle(regardless: regardless) { heap.spanRecord($0) }
            let holdsMore = index == .none && state.pointee.largeSpans.look()
            state.pointee.largeSpans.lock.unlock()
            if index == .none { return holdsMore }
            giveLargeBack(index)
        }
    }

    /// Gives a large block's pages and its record back to the heap.
    func giveLargeBack(_ index: SpanIndex) {
        let span = heap.spanRecord(index).pointee
        let pages = PageCount(UInt(span.pages))
        heap.setSpanEntry(.none, from: span.base, count: 1)
        heap.deallocateSpanRecord(index)
        if span.wasMoved {
            freeMoved(span.base, pages)
        } else {
            heap.freePages(span.base, pages)
        }
    }

    /// Makes a large block smaller or larger where it is.
    ///
    /// - Parameter bytes: more than a small block's.
    /// - Returns: false if it cannot be; then nothing has changed.
    package func resizeLarge(_ index: SpanIndex, to bytes: ByteCount) -> Bool {
        let span = heap.spanRecord(index)
        let old = PageCount(UInt(span.pointee.pages))
        let new = bytes.pagesRoundedUp
        if new == old { return true }
        if new < old {
            let tail = span.pointee.base &+ new.bytes.rawValue
            span.pointee.pages = UInt32(truncatingIfNeeded: new.rawValue)
            noteLive((old - new).bytes.rawValue, out: false)
            freeTail(tail, old - new, wasMoved: span.pointee.wasMoved)
            return true
        }
        let end = span.pointee.base &+ old.bytes.rawValue
        guard mayBeHad(bytes), heap.extend(at: end, by: new - old) else { return false }
        span.pointee.pages = UInt32(truncatingIfNeeded: new.rawValue)
        noteLive((new - old).bytes.rawValue, out: true)
        return true
    }
}
