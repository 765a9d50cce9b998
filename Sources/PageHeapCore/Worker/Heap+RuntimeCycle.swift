import Synchronization

extension Heap {
    /// Ends a cycle of a heap that is paced by its owner: sets the goal, begins a generation and wakes the worker.
    ///
    /// What is in use when the next cycle ends is predicted as what is in use now, times the ratio of the new heap goal
    /// to the last one; see ``RetentionGoal/forCycle(inUse:heapGoal:lastHeapGoal:extraPercent:physicalPage:)``. No
    /// goal is set at the end of the first cycle, or while the heap exceeds it by less than a physical page. The caller
    /// holds no lock.
    ///
    /// - Parameter heapGoal: bytes that the owner expects in its objects at the end of the cycle that begins now. Any
    ///   number is allowed; after a 0 the next cycle is treated as the first.
    /// - Returns: false, without any effect, if the heap ends its cycles itself.
    @discardableResult
    package func endCycle(heapGoal: ByteCount) -> Bool {
        guard state.pointee.configuration.cycles == .runtime else { return false }
        let goal = withLockedPages {
            let ledger = currentLedger()
            let physicalPage = state.pointee.machine.physicalPage
            let goal = RetentionGoal.effective(
                RetentionGoal.forCycle(
                    inUse: ledger.used, heapGoal: heapGoal, lastHeapGoal: state.pointee.goals.lastHeapGoal,
                    extraPercent: state.pointee.configuration.extraPercent, physicalPage: physicalPage),
                retained: ledger.retained, physicalPage: physicalPage)
            state.pointee.goals.lastHeapGoal = heapGoal
            state.pointee.goals.set(goal)
            return goal
        }
        beginGeneration()
        callWorker(isWanted: goal != nil)
        return true
    }
}
