/// Operations on runs of pages, beyond allocating and freeing.
extension Heap {
    // MARK: Freeing and teardown

    /// Frees a run of pages, after checking that it is one.
    ///
    /// If the heap is abandoned and these were its last pages in use, the caller must tear it down, and no other thread
    /// may touch it. Work that remains to be done outside the lock is therefore registered under it (``Abandonment``),
    /// and the last thread to finish gets ``RunFreeing/freedLast``.
    ///
    /// Takes the heap lock; the caller holds no lock.
    ///
    /// - Parameters:
    ///   - address: process address of the first page.
    ///   - count: number of pages.
    ///   - isDiscarded: whether the contents were discarded and the pages not written to since; then the pages without
    ///     memory become free and released at once.
    ///   - startWorker: called if a worker is wanted and none runs.
    /// - Returns: whether the run was freed, and whether it was the last one.
    package func freeRun(
        _ address: UInt, _ count: PageCount, isDiscarded: Bool, startWorker: () -> Void = {}
    ) -> RunFreeing {
        guard Self.mayBePages(address, count) else { return .refused }
        let base = offset(address)
        var (wakes, starts) = (false, false)
        var freeing = withLockedPages { () -> RunFreeing in
            guard locked.pointee.pages.contains(base: base, count: count),
                locked.pointee.pages.isAllocated(base: base, count: count)
            else { return .refused }
            locked.pointee.pages.free(base: base, count: count)
            locked.pointee.ledger.unuse(count.bytes)
            if isDiscarded { carryOver(wholePhysicalPages(address, count)) }
            wakes = noteFreed(count.bytes, holdsHeapLock: true)
            starts = wantsWorker
            if wakes || starts { state.pointee.abandonment.beginWake() }
            return isUnused ? .freedLast : .freed
        }
        if wakes || starts {
            if wakes { wakeWorker() }
            if starts { startWorker() }
            freeing = withHeapLock {
                state.pointee.abandonment.endWake()
                return isUnused ? .freedLast : .freed
            }
        }
        return freeing
    }

    /// Abandons the heap: from now on only runs refer to it. Takes the heap lock.
    ///
    /// - Returns: true if no run is left, so that the caller must tear the heap down; otherwise the thread that frees
    ///   the last run must.
    package func abandon() -> Bool {
        withHeapLock {
            state.pointee.abandonment.begin()
            return isUnused
        }
    }

    /// Whether the heap is abandoned and no thread will use it again. The caller holds the heap lock.
    private var isUnused: Bool {
        locked.pointee.lock.assertHeld()
        return state.pointee.abandonment.isQuiet && currentLedger().inUse == 0
    }

    // MARK: Growth in place

    /// Takes the pages that begin at an address, if all of them are free or the heap can grow over those that it lacks.
    ///
    /// Page caches are flushed if need be; otherwise small runs could seldom grow. The caller holds no lock.
    ///
    /// - Parameters:
    ///   - address: process address at which a run in use ends.
    ///   - count: number of pages, at least 1.
    ///   - user: the layer above the heap, if it keeps data per page.
    /// - Returns: the bytes among them without physical memory; nil if the run cannot grow, and then it is unchanged.
    package func growInPlace(at address: UInt, by count: PageCount, for user: some RangeUser) -> ByteCount? {
        let most = configuration.reservationBytes.rawValue / PageGeometry.pageBytes.rawValue
        guard count.rawValue <= most,
            !address.addingReportingOverflow(count.bytes.rawValue).overflow
        else { return nil }
        if let scavenged = takePages(count, at: address, growing: { 0 }) { return scavenged }
        flushPageCaches()
        return takePages(count, at: address) {
            state.pointee.addressSpace.grow(
                from: address, toReach: address &+ count.bytes.rawValue, self, for: user)
        }
    }

    /// Takes the pages that begin at an address, if all of them are free, without growing the heap. The caller holds no
    /// lock.
    ///
    /// - Returns: false if one of them is not free; then nothing has changed.
    package func extend(at address: UInt, by count: PageCount) -> Bool {
        takePages(count, at: address, growing: { 0 }) != nil
    }

    /// Takes pages that are all free, or that are after `grow` has grown the heap.
    ///
    /// - Parameter grow: called under the heap lock; returns the bytes added.
    private func takePages(_ count: PageCount, at address: UInt, growing grow: () -> ByteCount) -> ByteCount? {
        let base = offset(address)
        var need = AssistNeed(taken: 0)
        let scavenged = withLockedPages { () -> ByteCount? in
            // Nobody waits for room here: if the run cannot grow in place, it is moved, and that waits.
            if excessOverHardLimit(with: count.bytes) != 0 { return nil }
            var scavenged = locked.pointee.pages.allocate(count, at: base)
            if scavenged == nil {
                need.retainedBefore = currentLedger().retained
                need.growth = grow()
                if need.growth != 0 { scavenged = locked.pointee.pages.allocate(count, at: base) }
            }
            if let scavenged {
                locked.pointee.ledger.use(count.bytes, scavenged: scavenged)
                need.taken = scavenged
            }
            return scavenged
        }
        assist(need)
        guard let scavenged else { return nil }
        noteReuse(base, count, scavenged: scavenged)
        return scavenged
    }

    // MARK: Contents

    /// Releases the physical memory of pages in use and keeps the pages, as far as they are whole physical pages. The
    /// memory counts as released inside pages in use until ``noteTouched(discarded:_:)`` or
    /// ``freeRun(_:_:isDiscarded:startWorker:)`` is called for the same pages.
    ///
    /// The caller holds no lock, and the owner does not use the pages in the meantime.
    ///
    /// - Returns: 0, or the system's positive error number; then the pages keep their memory.
    package func discard(_ address: UInt, _ count: PageCount) -> Int32 {
        let part = wholePhysicalPages(address, count)
        if part.bytes == 0 { return 0 }
        // Released at once, whichever method is used for free memory: callers of discard rely on zeros.
        let resident = system.residentBytes(of: part, physicalPage: physicalPage)
        let error = system.release(part.address, part.bytes, method: .now)
        withLockedPages {
            if error == 0 {
                locked.pointee.ledger.releaseInUse(part.bytes, returned: resident, calls: 1)
                locked.pointee.discarded += part.bytes
            } else {
                locked.pointee.ledger.releaseFailures += 1
            }
        }
        if error == 0 { noteGiven(part.bytes) }
        return error
    }

    /// Records that discarded pages are about to be written to: they all count as having memory from now on, as newly
    /// allocated ones do. The caller holds no lock.
    package func noteTouched(discarded address: UInt, _ count: PageCount) {
        let part = wholePhysicalPages(address, count)
        if part.bytes != 0 { system.noteUse(part.address, part.bytes) }
        withLockedPages {
            locked.pointee.ledger.releasedInSpans -= part.bytes
            locked.pointee.discarded -= part.bytes
        }
        assist(AssistNeed(taken: part.bytes))
    }

    /// Marks discarded pages that have been freed as scavenged. The caller holds the heap lock.
    private func carryOver(_ part: MemoryRange) {
        locked.pointee.lock.assertHeld()
        // If a physical page is no larger than a page, the part covers all of the pages; if it is larger, the part is
        // whole pages.
        locked.pointee.pages.markScavenged(base: offset(part.address), count: part.bytes.pagesRoundedUp)
        locked.pointee.ledger.released += part.bytes
        locked.pointee.ledger.releasedInSpans -= part.bytes
        locked.pointee.discarded -= part.bytes
    }

    /// The part of some pages that discarding releases: the same at every call for the same pages. If physical pages
    /// are larger than pages, the pages at either end may be left out, and keep their contents.
    package func wholePhysicalPages(_ address: UInt, _ count: PageCount) -> MemoryRange {
        let unit = physicalPage.rawValue
        let end = (address &+ count.bytes.rawValue) & ~(unit &- 1)
        let start = (address &+ unit &- 1) & ~(unit &- 1)
        return MemoryRange(address: start, bytes: ByteCount(end > start ? end &- start : 0))
    }
}

/// The result of freeing a run of pages.
package enum RunFreeing {
    /// The pages do not make up a run that can be freed; nothing has changed.
    case refused
    /// The pages are free.
    case freed
    /// The pages are free, and they were the last ones of an abandoned heap: the caller must tear it down.
    case freedLast
}

/// The teardown of a heap that is abandoned while runs are still in use. Guarded by the heap lock; valid when
/// zero-initialised.
struct Abandonment {
    private var isBegun = false
    /// Threads that have freed a run and have yet to wake or start the worker.
    private var wakesUnderWay: UInt32 = 0

    /// From now on only runs refer to the heap.
    mutating func begin() { isBegun = true }

    mutating func beginWake() { wakesUnderWay += 1 }

    mutating func endWake() { wakesUnderWay -= 1 }

    /// Whether the heap is abandoned, and no thread that freed a run is still at work on it.
    var isQuiet: Bool { isBegun && wakesUnderWay == 0 }
}
