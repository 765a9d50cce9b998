import Synchronization

/// Release by allocations: what exceeds the memory limit, and what offsets growth.
extension Heap {
    /// Releases memory during an allocation, before its caller uses the pages: what exceeds the memory limit, and what
    /// offsets growth beyond the goal. Releases at most ``Tunables/growthAssistBytes``; the worker does the rest. The
    /// caller holds no lock.
    func assist(_ need: AssistNeed) {
        if need.taken != 0 { askForReading(need) }
        // A fork waits for assists that are under way, so no new one may begin.
        guard !state.pointee.pass.isForkWaiting else { return }
        let limited = need.taken == 0 ? 0 : assistLimit()
        let offset = need.growth == 0 ? 0 : offsetGrowth(need, released: limited)
        if limited + offset > 0 { publishUnderLock() }
    }

    /// Releases what exceeds the memory limit, within the share of time that assists may use. Returns the bytes
    /// released.
    private func assistLimit() -> ByteCount {
        let limit = state.pointee.goals.memoryLimit
        if limit == .maximum { return 0 }
        var (isForWorker, mayAssist, mayBeginGeneration) = (false, false, false)
        var missing: ByteCount = 0
        var start: Int64 = 0
        withHeapLock {
            let ledger = currentLedger()
            let mapped = ledger.retained + metadataBytes
            // Memory in use cannot be released: a limit below it must not cost a search per allocation.
            isForWorker =
                mapped > state.pointee.goals.mapped && ledger.freeRetained >= Tunables.wakeBytes
            if mapped > limit && ledger.freeRetained >= state.pointee.machine.physicalPage {
                missing = min(mapped - limit, Tunables.growthAssistBytes)
                start = system.monotonicNanoseconds()
                mayAssist = state.pointee.limitAssists.allowsAssist(now: start)
            }
            // If nothing was freed since, a new generation would find no more than the present one.
            mayBeginGeneration = locked.pointee.pages.freeHighWaterMark != .minimum
        }
        if isForWorker && isWorkerAway {
            if mayBeginGeneration { beginGeneration() }
            callWorker(isWanted: true)
        }
        guard mayAssist else { return 0 }

        let began = system.threadProcessorNanoseconds()
        var released = search.scavenge(
            missing, .limit, chunkLimit: Tunables.assistChunkLimit, using: system)
        if released < missing && mayBeginGeneration {
            beginGeneration()
            released += search.scavenge(
                missing - released, .limit, chunkLimit: Tunables.assistChunkLimit, using: system)
        }
        state.pointee.times.addAssist(processorTime(since: began))
        noteAssist(released, from: start)
        return released
    }

    /// Offsets growth by releasing what the grown heap retains beyond its goal. The caller holds no lock.
    ///
    /// - Parameters:
    ///   - need: what the allocation took.
    ///   - released: bytes that this allocation has already released.
    /// - Returns: the bytes released.
    private func offsetGrowth(_ need: AssistNeed, released: ByteCount) -> ByteCount {
        let goal = goal
        let retained = need.retainedBefore + need.growth
        guard goal != .maximum, retained > goal else { return 0 }
        let wanted = min(min(need.growth, retained - goal), Tunables.growthAssistBytes)
        guard wanted > released else { return 0 }
        let start = system.threadProcessorNanoseconds()
        defer { state.pointee.times.addAssist(processorTime(since: start)) }
        return search.scavenge(
            wanted - released, .growth, chunkLimit: Tunables.assistChunkLimit, using: system)
    }

    /// Charges an assist to the time budget. Takes the heap lock.
    private func noteAssist(_ released: ByteCount, from start: Int64) {
        let passed = system.monotonicNanoseconds() &- start
        // A clock that stands still must not make assists free.
        let pages = Int64(released.rawValue / state.pointee.machine.physicalPage.rawValue)
        let counted = passed > 0 ? passed : Tunables.assumedPageNanoseconds * max(pages, 1)
        withHeapLock { state.pointee.limitAssists.spend(counted) }
    }
}

/// What an allocation took, to decide whether it must release memory before its caller uses the pages.
struct AssistNeed {
    /// Bytes taken that have no physical memory: the system provides it once they are touched.
    var taken: ByteCount
    /// Bytes by which the heap grew, 0 if it did not.
    var growth: ByteCount = 0
    /// Bytes the heap retained before anything was taken. Valid only if `growth` is not 0.
    var retainedBefore: ByteCount = 0
}
