import Synchronization

/// What a heap may retain: the goal that its cycles set, and the one that follows from its memory limit. The stricter
/// one decides.
///
/// Changed under the heap lock, so that a goal and the ledger that it was made from belong together. Relaxed, because
/// readers without the lock can use any recent value. Valid when zero-initialised and started.
struct Goals: ~Copyable {
    /// Bytes to retain; the maximum if the last cycle set no goal.
    private let cycleGoal: Atomic<UInt>
    /// The soft limit on the bytes that the heap and its metadata have from the system; the maximum if there is none.
    private let limit: Atomic<UInt>
    /// Bytes to retain, metadata included, that follow from the limit: a little less than it.
    private let limitGoal: Atomic<UInt>
    /// The heap goal that the owner gave when the last cycle ended; 0 before the first one.
    var lastHeapGoal: ByteCount

    func start(limit: ByteCount?) {
        set(nil)
        setLimit(limit)
    }

    /// The goal of the cycles; the maximum if there is none.
    var retained: ByteCount { ByteCount(cycleGoal.load(ordering: .relaxed)) }

    /// The memory limit; the maximum if there is none.
    var memoryLimit: ByteCount { ByteCount(limit.load(ordering: .relaxed)) }

    /// The goal that follows from the memory limit; the maximum if there is none.
    var mapped: ByteCount { ByteCount(limitGoal.load(ordering: .relaxed)) }

    /// Sets the goal of the cycles.
    func set(_ goal: ByteCount?) { cycleGoal.store(goal?.rawValue ?? .max, ordering: .relaxed) }

    func setLimit(_ bytes: ByteCount?) {
        let goal = bytes.flatMap { RetentionGoal.forLimit($0, mapped: .maximum) }
        limit.store(bytes?.rawValue ?? .max, ordering: .relaxed)
        limitGoal.store(goal?.rawValue ?? .max, ordering: .relaxed)
    }

    /// Bytes to release so that both goals are met; an unset goal counts as met.
    ///
    /// - Parameters:
    ///   - retained: bytes that the heap retains.
    ///   - metadata: bytes of its metadata, which count towards the memory limit.
    func overage(retained: ByteCount, metadata: ByteCount) -> ByteCount {
        max(
            retained > self.retained ? retained - self.retained : 0,
            retained + metadata > mapped ? retained + metadata - mapped : 0)
    }
}

extension Heap {
    /// The goal of the heap's cycles for retained bytes; the maximum if there is none.
    var goal: ByteCount { state.pointee.goals.retained }

    /// Bytes to release so that both goals are met. Takes the heap lock.
    var overage: ByteCount {
        if state.pointee.goals.retained == .maximum && state.pointee.goals.mapped == .maximum { return 0 }
        return withHeapLock { state.pointee.goals.overage(retained: currentLedger().retained, metadata: metadataBytes) }
    }

    /// Whether the heap is within both goals. Takes the heap lock.
    var isMet: Bool { overage == 0 }

    /// Whether retained memory plus metadata exceeds the goal that follows from the memory limit. The caller holds the
    /// heap lock.
    var isOverLimitGoal: Bool {
        locked.pointee.lock.assertHeld()
        let goal = state.pointee.goals.mapped
        return goal != .maximum && currentLedger().retained + metadataBytes > goal
    }

    /// The soft limit on the bytes that the heap and its metadata have from the system; nil if there is none.
    package var memoryLimit: ByteCount? {
        let limit = state.pointee.goals.memoryLimit
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
            state.pointee.goals.setLimit(limit)
            return isOverLimitGoal
        }
        guard isOver else { return }
        beginGeneration()
        callWorker(isWanted: true)
    }
}
