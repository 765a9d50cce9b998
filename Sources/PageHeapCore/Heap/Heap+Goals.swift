import Synchronization

extension Heap {
    /// Whether the heap retains no more than its goal, or there is none. Takes the heap lock.
    var isMet: Bool { overage == 0 }

    /// What the heap retains beyond its goal. Takes the heap lock.
    var overage: ByteCount {
        let goal = ByteCount(state.pointee.goal.load(ordering: .relaxed))
        if goal == .maximum { return 0 }
        locked.pointee.lock.lock()
        defer { locked.pointee.lock.unlock() }
        let retained = currentBooks().retained
        return retained > goal ? retained - goal : 0
    }
}
