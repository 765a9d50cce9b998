import Synchronization

extension Heap {
    /// Ends a cycle of a heap whose owner paces it: sets the goal, begins a generation, and has the worker look.
    ///
    /// What is in use now, times the ratio of the new heap goal to the last one, will be in use when the next cycle ends;
    /// see ``RetentionGoal/forCycle(inUse:heapGoal:lastHeapGoal:extraPercent:physicalPage:)``. The goal is off when the
    /// first cycle ends, and where no more than a physical page is above it. No lock is held.
    ///
    /// - Parameter heapGoal: bytes that the owner expects in its objects when the cycle that begins now ends. Any number
    ///   will do; after a 0 the next cycle is as the first.
    /// - Returns: false, and nothing has happened, where the heap ends its cycles itself.
    @discardableResult
    package func endCycle(heapGoal: ByteCount) -> Bool {
        guard state.pointee.configuration.cycles == .runtime else { return false }
        locked.lock()
        let books = currentBooks()
        let physicalPage = state.pointee.machine.physicalPage
        let goal = RetentionGoal.effective(
            RetentionGoal.forCycle(
                inUse: books.used, heapGoal: heapGoal, lastHeapGoal: state.pointee.lastHeapGoal,
                extraPercent: state.pointee.configuration.retainExtraPercent, physicalPage: physicalPage),
            retained: books.retained, physicalPage: physicalPage)
        state.pointee.lastHeapGoal = heapGoal
        state.pointee.goal.store(goal?.rawValue ?? .max, ordering: .relaxed)
        publish()
        locked.unlock()
        beginGeneration()
        callWorker(isWanted: goal != nil)
        return true
    }

    /// Has the worker look, whether it is parked or sleeps. No lock is held.
    ///
    /// - Parameter isWanted: whether there is enough to do that a worker should be started where there is none.
    func callWorker(isWanted: Bool) {
        if isWanted && state.pointee.configuration.runsWorker
            && !state.pointee.worker.isRunning.load(ordering: .relaxed)
        {
            state.pointee.worker.want()
        }
        wakeWorker()
    }
}
