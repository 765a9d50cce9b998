import Synchronization

extension Heap {
    /// The most bytes that the heap and its metadata should have from the system; nothing where there is no limit.
    package var memoryLimit: ByteCount? {
        let limit = ByteCount(state.pointee.memoryLimit.load(ordering: .relaxed))
        return limit == .maximum ? nil : limit
    }

    /// Sets the memory limit, or takes it away. No lock is held.
    ///
    /// The limit is soft. One below what is in use is legal: all that is free is released, allocations assist within
    /// their bounds, and the worker rests when it finds nothing more.
    package func setMemoryLimit(_ limit: ByteCount?) {
        locked.lock()
        storeMemoryLimit(limit)
        let isOver = isOverLimitGoal
        publish()
        locked.unlock()
        guard isOver else { return }
        beginGeneration()
        callWorker(isWanted: true)
    }

    /// Sets limit and goal. The heap lock is held, or nobody else has the heap yet.
    func storeMemoryLimit(_ limit: ByteCount?) {
        let goal = limit.flatMap { RetentionGoal.forLimit($0, mapped: .maximum) }
        state.pointee.memoryLimit.store(limit?.rawValue ?? .max, ordering: .relaxed)
        state.pointee.limitGoal.store(goal?.rawValue ?? .max, ordering: .relaxed)
    }

    /// Releases memory in an allocation, before its caller uses what it got: what is above the memory limit, and what
    /// offsets growth beyond the goal, at most ``Tunables/growthAssistBytes``; the rest is the worker's. No lock is held.
    func assist(_ need: AssistNeed) {
        // A fork waits for assists that are under way.
        guard state.pointee.waitingForks.load(ordering: .relaxed) == 0 else { return }
        let limited = need.taken == 0 ? 0 : assistLimit()
        let offset = need.growth == 0 ? 0 : offsetGrowth(need, released: limited)
        if limited + offset == 0 { return }
        locked.lock()
        publish()
        locked.unlock()
    }

    /// Releases what is above the memory limit, within the share of time that assists have.
    private func assistLimit() -> ByteCount {
        let limit = ByteCount(state.pointee.memoryLimit.load(ordering: .relaxed))
        if limit == .maximum { return 0 }
        locked.lock()
        let books = currentBooks()
        let mapped = books.retained + metadataBytes
        // What is in use cannot be given: a limit below it costs no search.
        let isForWorker =
            mapped.rawValue > state.pointee.limitGoal.load(ordering: .relaxed)
            && books.freeRetained >= Tunables.wakeBytes
        let missing =
            mapped > limit && books.freeRetained >= state.pointee.machine.physicalPage
            ? min(mapped - limit, Tunables.growthAssistBytes) : 0
        let start = missing == 0 ? 0 : state.pointee.system.monotonicNanoseconds()
        let mayAssist = missing != 0 && state.pointee.limitAssists.allowsAssist(now: start)
        // Without anything freed since, a new generation would find what the present one does.
        let mayBeginGeneration = locked.pointee.pages.freeHighWaterMark != .minimum
        locked.unlock()
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

    /// Whether the worker will not look by itself. A hint: the next allocation asks again.
    private var isWorkerAway: Bool {
        state.pointee.worker.isRunning.load(ordering: .relaxed)
            ? state.pointee.worker.isParked.load(ordering: .relaxed)
            : state.pointee.configuration.runsWorker && callerRelease == .no
    }

    /// Takes the time of an assist into account.
    private func noteAssist(_ released: ByteCount, from start: Int64) {
        let passed = state.pointee.system.monotonicNanoseconds() &- start
        // A clock that stands still must not make assists free.
        let pages = Int64(released.rawValue / state.pointee.machine.physicalPage.rawValue)
        let counted = passed > 0 ? passed : Tunables.assumedPageNanoseconds * max(pages, 1)
        locked.lock()
        state.pointee.limitAssists.spend(counted)
        locked.unlock()
    }
}
