/// The hard limit: a request that would exceed it is refused, after everything idle was given back.
///
/// It counts what the heap has from the system, used or free, and its metadata. Parts of used pages that were given back
/// count, too: the layer above, or the owner of a run, uses them again without asking, and could not be refused. So what
/// is checked rises only where pages are taken from the page allocator: in two places, under the heap lock, with the
/// change itself. Page caches are not used while there is a hard limit, because they would take pages ahead.
///
/// The check is made as if none of the pages had memory, since undoing an allocation is harder than asking first. The
/// heap's own books for new pages are made afterwards, and may exceed the limit: by a two-thousandth of them.
extension Heap {
    /// The hard limit in bytes; nil if there is none.
    package var hardLimit: ByteCount? {
        let limit = state.pointee.goals.hardLimit
        return limit == .maximum ? nil : limit
    }

    /// Sets or removes the hard limit. What is in use already stays. The caller holds no lock.
    ///
    /// - Parameter limit: bytes; nil for no limit.
    package func setHardLimit(_ limit: ByteCount?) {
        let isOver = withLockedPages {
            state.pointee.goals.setHardLimit(limit)
            return isOverLimitGoal
        }
        // They may hold pages that were not checked.
        flushPageCaches()
        if isOver { releaseForLimit() }
    }

    /// Whether there is a hard limit.
    var hasHardLimit: Bool { state.pointee.goals.hardLimit != .maximum }

    /// Bytes that have to be given back before a request may be served; 0 if it may. The caller holds the heap lock.
    func excessOverHardLimit(with bytes: ByteCount) -> ByteCount {
        locked.pointee.lock.assertHeld()
        let limit = state.pointee.goals.hardLimit
        if limit == .maximum { return 0 }
        let ledger = currentLedger()
        let held = ledger.system - ledger.released + metadataBytes
        let (sum, isTooLarge) = held.rawValue.addingReportingOverflow(bytes.rawValue)
        return isTooLarge ? .maximum : sum > limit.rawValue ? ByteCount(sum) - limit : 0
    }

    /// Gives free memory back so that a request fits the hard limit. The caller holds no lock.
    ///
    /// - Returns: whether the request may be tried again. False if it exceeds the limit even so.
    func makeRoom(for bytes: ByteCount) -> Bool {
        let (missing, free) = withHeapLock {
            (excessOverHardLimit(with: bytes), currentLedger().freeRetained)
        }
        if missing == 0 { return true }
        // The rest of it would still be refused, so all stays.
        if missing > free { return false }
        return releaseFreeMemory(upTo: missing) { 0 }.released > 0
    }
}
