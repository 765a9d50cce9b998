import Synchronization

/// Release by the program's own calls, where a thread may not be, or cannot be had: at the end of allocations and frees that
/// take the long way. A call gives back ``Tunables/callerReleaseBytes`` at most, and all of them together what the worker
/// would with its share of CPU time, reckoned in bytes, because the clock of a thread's CPU time is a system call.
extension Heap {
    /// Does some of the worker's work, if callers have to and it is time. No lock is held.
    @inline(__always)
    package func releaseInCallerIfWanted(for user: some PageUser) {
        if callerRelease != .no { releaseInCaller(for: user) }
    }

    @inline(never)
    private func releaseInCaller(for user: some PageUser) {
        let now = state.pointee.system.coarseNanoseconds()
        if callerRelease == .forATime && now >= state.pointee.worker.retryTime.load(ordering: .relaxed) {
            state.pointee.worker.want()
            return
        }
        guard now >= state.pointee.worker.nextCallerLook.load(ordering: .relaxed),
            state.pointee.waitingForks.load(ordering: .relaxed) == 0, state.pointee.worker.beginTurn()
        else { return }
        var progress = takeProgress()
        let passed = now &- progress.callerLook
        progress.callerLook = now
        endCycleIfDue(&progress.cycle, at: progress.pace.clock.now, user)
        let isFull = releaseWithinAllowance(passed, &progress, user)
        // As long as there is more to give, every such call gives some.
        let next =
            isFull ? 0 : isIdle(progress.cycle, user) ? Tunables.cycleNanoseconds : Tunables.callerLookNanoseconds
        state.pointee.worker.nextCallerLook.store(now &+ next, ordering: .relaxed)
        keep(progress)
        state.pointee.worker.endTurn()
    }

    /// - Parameter passed: nanoseconds since callers looked last.
    /// - Returns: whether as much was released as one call may.
    private func releaseWithinAllowance(
        _ passed: Int64, _ progress: inout WorkerProgress, _ user: some PageUser
    ) -> Bool {
        let seconds = Double(max(0, min(passed, Tunables.callerAllowanceNanoseconds))) / 1e9
        let rate = Tunables.callerBytesPerSecond * state.pointee.configuration.scavengeShare
        let most = rate * Double(Tunables.callerAllowanceNanoseconds) / 1e9
        progress.callerAllowance = min(progress.callerAllowance + seconds * rate, most)
        let wanted = min(ByteCount(UInt(progress.callerAllowance)), Tunables.callerReleaseBytes)
        if wanted < Tunables.scavengeQuantumBytes { return false }
        lockPass()
        var released: ByteCount = 0
        var isExhausted = false
        if !isMet {
            released = search.scavenge(
                wanted, .background, chunkLimit: Tunables.assistChunkLimit, using: state.pointee.system)
            isExhausted = released < wanted && search.isExhausted
        }
        if released < wanted { released += user.releaseHoles(wanted - released) }
        unlockPass()
        progress.cycle.note(released: released, isExhausted: isExhausted)
        state.pointee.space.releasedInGeneration.wrappingAdd(released.rawValue, ordering: .relaxed)
        // Whole huge pages may make it more than was asked for.
        progress.callerAllowance = max(0, progress.callerAllowance - Double(released.rawValue))
        if released > 0 {
            locked.lock()
            publish()
            locked.unlock()
        }
        return released >= Tunables.callerReleaseBytes
    }
}
