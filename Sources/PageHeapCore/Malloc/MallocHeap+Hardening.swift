import CPageHeap

/// Hardening level 2: see ``HardeningLevel``. It closes the fast paths of malloc and free, as sampling does. What is here is
/// called on the slow path, by a thread that holds no lock.
///
/// The rule that it keeps: memory that neither the program nor the quarantine has reads as zero. So a block that does
/// not when it is handed out was written to after its free.
extension MallocHeap {
    /// Begins level 2. Called at the heap's start, which has closed the fast paths.
    ///
    /// - Parameter guardInterval: the mean number of requests from one guarded block to the next; 0 for none.
    /// - Returns: false if the system refuses memory for it.
    func beginHardening(guardInterval: UInt64) -> Bool {
        guard let quarantine = Quarantine(using: heap.system) else { return false }
        state.pointee.hardening.quarantine = quarantine
        guard let guarded = GuardedBlocks(using: heap.system) else { return true }
        state.pointee.hardening.guarded = guarded
        // With a physical page that is larger than a page of the heap, a guard behind a large block would cover others.
        state.pointee.hardening.hasGuards = heap.physicalPage <= PageGeometry.pageBytes
        state.pointee.hardening.guardInterval = guardInterval
        heap.noteMetadata(guarded.metadataBytes)
        return true
    }

    func endHardening() {
        state.pointee.hardening.quarantine?.cancel(using: heap.system)
        state.pointee.hardening.quarantine = nil
        state.pointee.hardening.guarded.cancel(using: heap.system)
    }

    /// Says what helps to report wrong uses. Called once, before the first request.
    package func reportFaults(with helper: FaultReportHelper) { state.pointee.hardening.helper = helper }

    /// Whether the heap is at hardening level 2.
    @inline(__always)
    package var isHardened: Bool { state.pointee.hardening.quarantine != nil }

    /// Whether large blocks end at guard pages, and some small ones are guarded.
    package var hasGuards: Bool { state.pointee.hardening.hasGuards }

    // MARK: Small blocks

    /// Aborts if a small block that is about to be handed out was written to after its free.
    func checkIsClear(_ block: UInt, _ sizeClass: SizeClass) {
        let bytes = UInt(classes[sizeClass].blockBytes)
        if !FreedContents.isClear(block, bytes) { WrongUse.stop(.writtenAfterFree, block, blockBytes: bytes) }
    }

    /// Puts a freed small block into the quarantine, which gives up another one for it.
    ///
    /// - Returns: the block that can be reused now, cleared; 0 if there is none.
    func exchangeInQuarantine(_ block: UInt, _ sizeClass: SizeClass) -> UInt {
        guard let quarantine = state.pointee.hardening.quarantine else { return block }
        let bytes = UInt(classes[sizeClass].blockBytes)
        FreedContents.fill(block, bytes)
        let random = nextRandom(ThreadSlot.current.slot)
        let other = quarantine.exchange(block, Quarantine.kind(ofSmall: bytes), random: random)
        if other == 0 { return 0 }
        let otherBytes = UInt(classes[spans.entry(of: other).sizeClass].blockBytes)
        if !FreedContents.isFilled(other, otherBytes) {
            WrongUse.stop(.writtenAfterFree, other, blockBytes: otherBytes)
        }
        FreedContents.clear(other, otherBytes)
        return other
    }

    // MARK: Large blocks

    /// The pages behind a large block that become its guard.
    var guardPages: PageCount { hasGuards ? 1 : 0 }

    /// Makes the page behind a large block its guard, or returns it to the heap if the system refuses.
    func setGuard(behind span: UnsafeMutablePointer<Span>) {
        let end = span.pointee.base &+ span.pointee.bytes.rawValue
        if heap.system.setGuard(end, guardPages.bytes) {
            span.pointee.isGuarded = true
        } else {
            freeCleared(end, guardPages)
        }
    }

    /// Makes the guard behind a large block a page like others.
    ///
    /// - Returns: false if the system refuses.
    private func removeGuard(behind span: UnsafeMutablePointer<Span>) -> Bool {
        let end = span.pointee.base &+ span.pointee.bytes.rawValue
        guard heap.system.removeGuard(end, guardPages.bytes) else { return false }
        span.pointee.isGuarded = false
        return true
    }

    /// Returns the guard behind a large block to the heap. If the system refuses, the page cannot be used any more.
    func freeGuard(behind span: UnsafeMutablePointer<Span>) {
        if !span.pointee.isGuarded || !removeGuard(behind: span) { return }
        heap.freeReleasedPages(span.pointee.base &+ span.pointee.bytes.rawValue, guardPages, returned: 0)
    }

    /// Resizes a large block in place, and its guard goes with its end.
    ///
    /// - Parameter new: another number of pages than it has.
    /// - Returns: false if it cannot be resized in place; then nothing has changed.
    func resizeLargeHardened(_ span: UnsafeMutablePointer<Span>, to new: PageCount) -> Bool {
        let old = PageCount(UInt(span.pointee.pages))
        let isGuarded = span.pointee.isGuarded
        // The end of the block's pages, its guard included.
        let end = span.pointee.base &+ (old + span.pointee.guardPages).bytes.rawValue
        if new > old {
            guard mayBeHad(new.bytes), heap.extend(at: end, by: new - old) else { return false }
            if isGuarded && !removeGuard(behind: span) {
                heap.freePages(end, new - old)
                return false
            }
        } else if isGuarded && !removeGuard(behind: span) {
            return false
        }
        span.pointee.pages = UInt32(truncatingIfNeeded: new.rawValue)
        if isGuarded { setGuard(behind: span) }
        if new > old {
            noteLive((new - old).bytes.rawValue, currentShard, out: true)
        } else {
            noteLive((old - new).bytes.rawValue, currentShard, out: false)
            let tail = end &- (old - new).bytes.rawValue
            if span.pointee.wasMoved { freeTail(tail, old - new, wasMoved: true) } else { freeCleared(tail, old - new) }
        }
        return true
    }

    /// Frees a large block that is marked as free: its memory goes back to the system or is cleared, and its address stays
    /// inaccessible for a while if the system has guard pages.
    func freeLargeHardened(_ index: SpanIndex) {
        let span = spans.record(index)
        let bytes = span.pointee.bytes
        guard let quarantine = state.pointee.hardening.quarantine, hasGuards, !span.pointee.wasMoved,
            bytes <= Tunables.quarantineLargeBytes
        else { return giveLargeBackCleared(index) }
        let resident = residentBytes(span.pointee.base, bytes)
        guard heap.system.setGuard(span.pointee.base, bytes) else { return giveLargeBackCleared(index) }
        heap.noteReturned(resident)
        let random = nextRandom(ThreadSlot.current.slot)
        let other = quarantine.exchange(index.rawValue, .large, random: random)
        if other != 0 { giveLargeBackFromQuarantine(SpanIndex(other)) }
    }

    /// Returns a large block whose pages are all guard pages to the heap.
    private func giveLargeBackFromQuarantine(_ index: SpanIndex) {
        let span = spans.record(index).pointee
        let pages = PageCount(UInt(span.pages)) + span.guardPages
        forget(index)
        // If the system refuses, the pages cannot be used any more.
        if heap.system.removeGuard(span.base, pages.bytes) { heap.freeReleasedPages(span.base, pages, returned: 0) }
    }

    /// Returns a large block to the heap, with memory that reads as zero.
    private func giveLargeBackCleared(_ index: SpanIndex) {
        freeGuard(behind: spans.record(index))
        let span = spans.record(index).pointee
        let pages = PageCount(UInt(span.pages))
        forget(index)
        if span.wasMoved { freeMoved(span.base, pages) } else { freeCleared(span.base, pages) }
    }

    /// Frees pages, whose memory is released or cleared first.
    func freeCleared(_ address: UInt, _ pages: PageCount) {
        let resident = residentBytes(address, pages.bytes)
        if heap.discardedReadsZero && heap.system.release(address, pages.bytes, method: .now) == 0 {
            heap.freeReleasedPages(address, pages, returned: resident)
        } else {
            FreedContents.clear(address, pages.bytes.rawValue)
            heap.freePages(address, pages)
        }
    }

    private func forget(_ index: SpanIndex) {
        let span = spans.record(index).pointee
        spans.set(.none, from: span.base, count: 1)
        spans.deallocateRecord(index, shards.records(ShardIndex(span.shard)))
    }
}
