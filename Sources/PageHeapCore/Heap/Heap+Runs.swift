/// What owners of runs of pages do with them beyond allocating and freeing.
extension Heap {
    // MARK: The end

    /// Frees a run of pages, if it is one. No lock is held.
    ///
    /// Where the heap is abandoned, and these were its last pages in use, nobody may touch it after that but the caller. So
    /// all that this does outside the locked section is entered there before: the last one to leave is the caller who takes
    /// the heap down.
    ///
    /// - Parameter isDiscarded: the contents were discarded, and nobody has written to the pages since: what has no memory
    ///   is free and released at once.
    /// - Parameter startWorker: is called if a worker is wanted, and there is none.
    package func freeRun(
        _ address: UInt, _ count: PageCount, isDiscarded: Bool, startWorker: () -> Void = {}
    ) -> RunFreeing {
        guard Self.mayBePages(address, count) else { return .refused }
        let base = offset(address)
        locked.lock()
        guard locked.pointee.pages.contains(base: base, count: count),
            locked.pointee.pages.isAllocated(base: base, count: count)
        else {
            locked.unlock()
            return .refused
        }
        locked.pointee.pages.free(base: base, count: count)
        locked.pointee.books.unuse(count.bytes)
        if isDiscarded { carryOver(wholePhysicalPages(address, count)) }
        publish()
        let wakes = noteFreed(count.bytes, holdsHeapLock: true)
        let starts = wantsWorker
        if wakes || starts { state.pointee.wakesUnderWay += 1 }
        var isLast = isUnused
        locked.unlock()
        if wakes || starts {
            if wakes { wakeWorker() }
            if starts { startWorker() }
            locked.lock()
            state.pointee.wakesUnderWay -= 1
            isLast = isUnused
            locked.unlock()
        }
        return isLast ? .freedLast : .freed
    }

    /// Says that only runs refer to the heap any more. No lock is held.
    ///
    /// - Returns: whether there are none, so that the caller takes the heap down. Otherwise who frees the last one does.
    package func abandon() -> Bool {
        locked.lock()
        defer { locked.unlock() }
        state.pointee.isAbandoned = true
        return isUnused
    }

    /// Whether nobody will use the heap any more. The heap lock is held.
    private var isUnused: Bool {
        locked.pointee.lock.assertHeld()
        return state.pointee.isAbandoned && state.pointee.wakesUnderWay == 0 && currentBooks().inUse == 0
    }

    // MARK: Growth in place

    /// Takes the pages that begin at an address, if all of them are free, or the heap can grow over those that it does not
    /// have yet. No lock is held.
    ///
    /// Pages that wait in page caches are given back for it; otherwise small runs could seldom grow.
    ///
    /// - Parameters:
    ///   - address: where a run that is in use ends.
    ///   - count: at least 1.
    /// - Returns: how many bytes of them have no physical memory, or nothing where it cannot be; then nothing has changed.
    package func growInPlace(at address: UInt, by count: PageCount) -> ByteCount? {
        let most = state.pointee.configuration.reservationBytes.rawValue / PageGeometry.pageBytes.rawValue
        guard count.rawValue <= most,
            !address.addingReportingOverflow(count.bytes.rawValue).overflow
        else { return nil }
        if let scavenged = takePages(count, at: address, mayGrow: false) { return scavenged }
        flushPageCaches()
        return takePages(count, at: address, mayGrow: true)
    }

    /// Takes the pages that begin at an address, if all of them are free. No lock is held.
    package func extend(at address: UInt, by count: PageCount) -> Bool {
        takePages(count, at: address, mayGrow: false) != nil
    }

    private func takePages(_ count: PageCount, at address: UInt, mayGrow: Bool) -> ByteCount? {
        let base = offset(address)
        var need = AssistNeed(taken: 0)
        locked.lock()
        var scavenged = locked.pointee.pages.allocate(count, at: base)
        if scavenged == nil && mayGrow {
            need.retainedBefore = currentBooks().retained
            need.growth = grow(from: address, toReach: address &+ count.bytes.rawValue)
            if need.growth != 0 { scavenged = locked.pointee.pages.allocate(count, at: base) }
        }
        if let scavenged {
            locked.pointee.books.use(count.bytes, scavenged: scavenged)
            need.taken = scavenged
        }
        publish()
        locked.unlock()
        assist(need)
        guard let scavenged else { return nil }
        noteReuse(base, count, scavenged: scavenged)
        return scavenged
    }

    /// Adds memory behind the heap's last page, if all from an address up to there is free. The heap lock is held.
    ///
    /// - Returns: the bytes added; 0 where it cannot be.
    private func grow(from address: UInt, toReach end: UInt) -> ByteCount {
        locked.pointee.lock.assertHeld()
        _ = addWithheld()
        let room = state.pointee.reservations[state.pointee.reservationCount - 1]
        guard address > room.base, address <= room.grownEnd, end > room.grownEnd, end <= room.end else { return 0 }
        let free = ByteCount(room.grownEnd &- address).pagesRoundedUp
        guard free == 0 || locked.pointee.pages.isFree(base: offset(address), count: free) else { return 0 }
        return grow(toHold: ByteCount(end &- room.grownEnd).pagesRoundedUp)
    }

    // MARK: Contents

    /// Gives the physical memory of pages in use back, and keeps the pages: those parts of them that are whole physical
    /// pages. They count as released inside pages in use until ``noteTouched(discarded:_:)`` or
    /// ``freeRun(_:_:isDiscarded:)`` is told of the same pages. No lock is held, and the owner does not use them meanwhile.
    ///
    /// - Returns: 0, or the system's positive error number; then nothing has changed.
    package func discard(_ address: UInt, _ count: PageCount) -> Int32 {
        let part = wholePhysicalPages(address, count)
        if part.bytes == 0 { return 0 }
        // At once, whatever is done with free memory: whoever discards relies on zeros.
        let error = state.pointee.system.release(part.address, part.bytes, method: .now)
        locked.lock()
        if error == 0 {
            locked.pointee.books.releasedInSpans += part.bytes
            locked.pointee.books.releasedInSpansTotal += part.bytes
            locked.pointee.books.releaseCalls += 1
            state.pointee.discardedBytes += part.bytes
        } else {
            locked.pointee.books.releaseFailures += 1
        }
        publish()
        locked.unlock()
        if error == 0 { noteGiven(part.bytes) }
        return error
    }

    /// Takes note that pages whose contents were discarded are about to be written to: from now on all of them count as
    /// having memory, as those of an allocation do. No lock is held.
    package func noteTouched(discarded address: UInt, _ count: PageCount) {
        let part = wholePhysicalPages(address, count)
        if part.bytes != 0 { state.pointee.system.noteUse(part.address, part.bytes) }
        locked.lock()
        locked.pointee.books.releasedInSpans -= part.bytes
        state.pointee.discardedBytes -= part.bytes
        publish()
        locked.unlock()
        assist(AssistNeed(taken: part.bytes))
    }

    /// Makes discarded pages that have been freed scavenged ones. The heap lock is held.
    private func carryOver(_ part: MemoryRange) {
        locked.pointee.lock.assertHeld()
        // Where a physical page is less than a page, all of the pages are; where it is more, the part is whole pages.
        locked.pointee.pages.markScavenged(base: offset(part.address), count: part.bytes.pagesRoundedUp)
        locked.pointee.books.released += part.bytes
        locked.pointee.books.releasedInSpans -= part.bytes
        state.pointee.discardedBytes -= part.bytes
    }

    /// The part of some pages that discarding gives back: the same whenever it is asked for. Of pages that are less than
    /// physical ones, those at both ends may be left out, and keep what they hold.
    package func wholePhysicalPages(_ address: UInt, _ count: PageCount) -> MemoryRange {
        let unit = physicalPage.rawValue
        let end = (address &+ count.bytes.rawValue) & ~(unit &- 1)
        let start = (address &+ unit &- 1) & ~(unit &- 1)
        return MemoryRange(address: start, bytes: ByteCount(end > start ? end &- start : 0))
    }
}
