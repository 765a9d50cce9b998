import Synchronization

extension Heap {
    /// The soft limit on the bytes that the heap and its metadata have from the system; nil if there is none.
    package var memoryLimit: ByteCount? {
        let limit = ByteCount(state.pointee.memoryLimit.load(ordering: .relaxed))
        return limit == .maximum ? nil : limit
    }

    /// Sets or removes the memory limit. The caller holds no lock.
    ///
    /// The limit is soft. One below what is in use is allowed: all free memory is released, allocations assist within
    /// their bounds, and the worker rests once it finds nothing more.
    ///
    /// - Parameter limit: bytes; nil for no limit.
    package func setMemoryLimit(_ limit: ByteCount?) {
        let isOver = withLockedPages {
            storeMemoryLimit(limit)
            return isOverLimitGoal
        }
        guard isOver else { return }
        beginGeneration()
        callWorker(isWanted: true)
    }

    /// Stores the limit and the goal derived from it. The caller holds the heap lock, or the heap is not published yet.
    func storeMemoryLimit(_ limit: ByteCount?) {
        let goal = limit.flatMap { RetentionGoal.forLimit($0, mapped: .maximum) }
        state.pointee.memoryLimit.store(limit?.rawValue ?? .max, ordering: .relaxed)
        state.pointee.limitGoal.store(goal?.rawValue ?? .max, ordering: .relaxed)
    }

    /// Releases memory during an allocation, before its caller uses the pages: what exceeds the memory limit, and what
    /// offsets growth beyond the goal. Releases at most ``Tunables/growthAssistBytes``; the worker does the rest. The
    /// caller holds no lock.
    func assist(_ need: AssistNeed) {
        // A fork waits for assists that are under way, so no new one may begin.
        guard state.pointee.waitingForks.load(ordering: .relaxed) == 0 else { return }
        let limited = need.taken == 0 ? 0 : assistLimit()
        let offset = need.growth == 0 ? 0 : offsetGrowth(need, released: limited)
        if limited + offset > 0 { publishUnderLock() }
    }

    /// Releases what exceeds the memory limit, within the share of time that assists may use. Returns the bytes
    /// released.
    private func assistLimit() -> ByteCount {
        let limit = ByteCount(state.pointee.memoryLimit.load(ordering: .relaxed))
        if limit == .maximum { return 0 }
        var (isForWorker, mayAssist, mayBeginGeneration) = (false, false, false)
        var missing: ByteCount = 0
        var start: Int64 = 0
        withHeapLock {
            let ledger = currentLedger()
            let mapped = ledger.retained + metadataBytes
            // Memory in use cannot be released: a limit below it must not cost a search per allocation.
            isForWorker =
                mapped.rawValue > state.pointee.limitGoal.load(ordering: .relaxed)
                && ledger.freeRetained >= Tunables.wakeBytes
            if mapped > limit && ledger.freeRetained >= state.pointee.machine.physicalPage {
                missing = min(mapped - limit, Tunables.growthAssistBytes)
                start = state.pointee.system.monotonicNanoseconds()
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

        let began = state.pointee.system.threadProcessorNanoseconds()
        var released = search.scavenge(
            missing, .limit, chunkLimit: Tunables.assistChunkLimit, using: state.pointee.system)
        if released < missing && mayBeginGeneration {
            beginGeneration()
            released += search.scavenge(
                missing - released, .limit, chunkLimit: Tunables.assistChunkLimit, using: state.pointee.system)
        }
        noteSpent(since: began, in: withUnsafePointer(to: state.pointee.assistNanoseconds) { $0 })
        noteAssist(released, from: start)
        return released
    }

    /// Whether the worker looks only if it is called. A hint: the next allocation asks again.
    private var isWorkerAway: Bool {
        state.pointee.worker.isRunning.load(ordering: .relaxed)
            ? state.pointee.worker.isParked.load(ordering: .relaxed)
            : state.pointee.configuration.runsWorker && callerRelease == .no
    }

    /// Charges an assist to the time budget. Takes the heap lock.
    private func noteAssist(_ released: ByteCount, from start: Int64) {
        let passed = state.pointee.system.monotonicNanoseconds() &- start
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
