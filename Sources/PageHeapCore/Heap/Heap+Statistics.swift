import CPageHeap
import Synchronization

extension Heap {
    // MARK: Critical sections

    /// Runs `body` under the heap lock, then updates the peak of demand and publishes the statistics: the way to change
    /// the ledger. A change that were not published would silently lower the goal.
    @inline(__always)
    func withLockedPages<Result>(_ body: () -> Result) -> Result {
        locked.lock()
        defer { locked.unlock() }
        let result = body()
        publish()
        return result
    }

    /// Publishes the statistics after memory was released. Takes the heap lock.
    func publishUnderLock() { withLockedPages {} }

    /// Runs `body` under the heap lock. `body` does not change demand; checked builds make sure.
    @inline(__always)
    func withHeapLock<Result>(_ body: () -> Result) -> Result {
        locked.lock()
        defer { locked.unlock() }
        #if PAGEHEAP_CHECKED
            let demand = locked.pointee.ledger.demand
            defer { invariant(locked.pointee.ledger.demand <= demand, "a change of the ledger was not published") }
        #endif
        return body()
    }

    // MARK: The ledger

    /// The ledger, with page-cache hits that have not been carried over yet. The caller holds the heap lock.
    func currentLedger() -> HeapLedger {
        locked.pointee.lock.assertHeld()
        var ledger = locked.pointee.ledger
        addCacheNotes(to: &ledger)
        return ledger
    }

    /// Adds page-cache hits that have not been carried over yet to a copy of the ledger. The caller holds the heap
    /// lock.
    func addCacheNotes(to ledger: inout HeapLedger) {
        locked.pointee.lock.assertHeld()
        pageCaches.addNotes(to: &ledger)
    }

    /// One consistent snapshot of the statistics. Takes the page caches' locks and the heap lock.
    package func figures() -> HeapStatistics {
        pageCaches.lockAll()
        defer { pageCaches.unlockAll() }
        return withHeapLock { lockedFigures() }
    }

    private func lockedFigures() -> HeapStatistics {
        HeapStatistics(
            ledger: currentLedger(), metadata: metadataBytes,
            live: LiveBytes.total(liveBytes),
            goal: goal, memoryLimit: state.pointee.goals.memoryLimit, limitGoal: state.pointee.goals.mapped,
            workerNanoseconds: state.pointee.member.figures.processorNanoseconds,
            workerWakeUps: state.pointee.member.figures.wakeUps,
            generation: state.pointee.space.generation,
            workerRecentNanoseconds: state.pointee.member.figures.recentNanoseconds(
                at: system.monotonicNanoseconds()),
            controllerResets: state.pointee.member.figures.resets,
            assistNanoseconds: state.pointee.times.assistNanoseconds,
            forcedNanoseconds: state.pointee.times.forcedNanoseconds,
            reusedWithin1: ByteCount(reuse.pointee.within1.load(ordering: .relaxed)),
            reusedWithin10: ByteCount(reuse.pointee.within10.load(ordering: .relaxed)),
            reusedWithin60: ByteCount(reuse.pointee.within60.load(ordering: .relaxed)),
            holds: locked.pointee.holds.ordinary, forcedHolds: locked.pointee.holds.forced)
    }

    /// Bytes of metadata, that of the layer above included. The caller holds the heap lock.
    var metadataBytes: ByteCount {
        locked.pointee.lock.assertHeld()
        return locked.pointee.pages.metadataBytes + locked.pointee.userMetadata
    }

    /// Counts metadata that the layer above made accessible. Takes the heap lock.
    func noteMetadata(_ bytes: ByteCount) {
        withLockedPages { locked.pointee.userMetadata += bytes }
    }

    /// Updates the peak of demand, and writes the statistics to the shared page. The caller holds the heap lock.
    fileprivate func publish() {
        // Between a fork and its handlers the page may belong to another process.
        if LockPassage.isOpen { return }
        let ledger = currentLedger()
        if ledger.demand > ledger.peakDemand {
            locked.pointee.ledger.peakDemand = ledger.demand
            if ledger.demand > ledger.riseMark {
                // Once per cycle. The coarse clock costs a few loads.
                locked.pointee.ledger.riseMark = .maximum
                locked.pointee.ledger.risenAt = state.pointee.system.coarseNanoseconds()
            }
        }
        guard let page = state.pointee.page else { return }
        var figures = pageheap_figures()
        figures.system_bytes = UInt64(ledger.system.rawValue)
        figures.in_use_bytes = UInt64(ledger.used.rawValue)
        figures.cached_bytes = UInt64(ledger.cached.rawValue)
        figures.released_bytes = UInt64(ledger.released.rawValue)
        figures.released_in_spans_bytes = UInt64(ledger.releasedInSpans.rawValue)
        figures.metadata_bytes = UInt64(metadataBytes.rawValue)
        figures.goal_bytes = UInt64(goal.rawValue)
        figures.live_bytes = UInt64(LiveBytes.total(liveBytes).rawValue)
        figures.released_background_total = UInt64(ledger.releasedInBackgroundTotal.rawValue)
        figures.released_growth_total = UInt64(ledger.releasedAtGrowthTotal.rawValue)
        figures.released_forced_total = UInt64(ledger.releasedForcedTotal.rawValue)
        figures.released_in_spans_total = UInt64(ledger.releasedInSpansTotal.rawValue)
        figures.scavenger_cpu_nanoseconds = state.pointee.member.figures.processorNanoseconds
        figures.release_calls = UInt64(ledger.releaseCalls)
        figures.release_failures = UInt64(ledger.releaseFailures)
        figures.generation = UInt64(state.pointee.space.generation)
        figures.released_limit_total = UInt64(ledger.releasedForLimitTotal.rawValue)
        figures.memory_limit_bytes = UInt64(state.pointee.goals.memoryLimit.rawValue)
        figures.scavenger_recent_nanoseconds = state.pointee.member.figures.lastRecentNanoseconds
        figures.scavenger_wake_ups = state.pointee.member.figures.wakeUps
        figures.controller_resets = state.pointee.member.figures.resets
        figures.assist_cpu_nanoseconds = state.pointee.times.assistNanoseconds
        figures.forced_cpu_nanoseconds = state.pointee.times.forcedNanoseconds
        figures.reused_1_bytes = UInt64(reuse.pointee.within1.load(ordering: .relaxed))
        figures.reused_10_bytes = UInt64(reuse.pointee.within10.load(ordering: .relaxed))
        figures.reused_60_bytes = UInt64(reuse.pointee.within60.load(ordering: .relaxed))
        figures.hold_p999_nanoseconds = locked.pointee.longestUsualHold
        pageheap_statistics_page_write(page, &figures)
    }

    /// Sets the statistics page, which other processes can read, and publishes to it. Takes the heap lock.
    ///
    /// - Parameter page: the page, or nil to stop publishing.
    package func publish(in page: UnsafeMutablePointer<pageheap_statistics_page>?) {
        withLockedPages { state.pointee.page = page }
    }
}
