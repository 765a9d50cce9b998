import Synchronization

extension Heap {
    /// Whether the heap keeps to its goals, both that of its cycles and that of its memory limit, or has none. Takes the
    /// heap lock.
    var isMet: Bool { overage == 0 }

    /// What has to be released to meet both goals: the lower one holds. Takes the heap lock.
    var overage: ByteCount {
        let goal = ByteCount(state.pointee.goal.load(ordering: .relaxed))
        let limitGoal = ByteCount(state.pointee.limitGoal.load(ordering: .relaxed))
        if goal == .maximum && limitGoal == .maximum { return 0 }
        locked.lock()
        defer { locked.unlock() }
        let retained = currentBooks().retained
        let mapped = retained + metadataBytes
        return max(retained > goal ? retained - goal : 0, mapped > limitGoal ? mapped - limitGoal : 0)
    }

    /// Whether retained memory and metadata are more than the goal that the memory limit sets. The heap lock is held.
    var isOverLimitGoal: Bool {
        locked.pointee.lock.assertHeld()
        let goal = ByteCount(state.pointee.limitGoal.load(ordering: .relaxed))
        return goal != .maximum && currentBooks().retained + metadataBytes > goal
    }
}
