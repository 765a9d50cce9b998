import Synchronization

extension Heap {
    /// Whether the heap is within both goals, that of its cycles and that of its memory limit; an unset goal counts as
    /// met. Takes the heap lock.
    var isMet: Bool { overage == 0 }

    /// Bytes to release so that both goals are met; the stricter one decides. Takes the heap lock.
    var overage: ByteCount {
        let goal = ByteCount(state.pointee.goal.load(ordering: .relaxed))
        let limitGoal = ByteCount(state.pointee.limitGoal.load(ordering: .relaxed))
        if goal == .maximum && limitGoal == .maximum { return 0 }
        return withHeapLock {
            let retained = currentLedger().retained
            let mapped = retained + metadataBytes
            return max(retained > goal ? retained - goal : 0, mapped > limitGoal ? mapped - limitGoal : 0)
        }
    }

    /// Whether retained memory plus metadata exceeds the goal derived from the memory limit. The caller holds the heap
    /// lock.
    var isOverLimitGoal: Bool {
        locked.pointee.lock.assertHeld()
        let goal = ByteCount(state.pointee.limitGoal.load(ordering: .relaxed))
        return goal != .maximum && currentLedger().retained + metadataBytes > goal
    }
}
