import Synchronization

/// Release by the program's own calls, for a process that must not have a worker thread or cannot get one. It happens
/// at the end of allocations and frees that take the slow path. One call releases at most
/// ``Tunables/callerReleaseBytes``; all calls together release what the worker would within its share of CPU time,
/// estimated in bytes because reading a thread's CPU clock is a system call. A call has the worker's turn meanwhile,
/// and goes on with its progress.
extension Heap {
    /// Does a piece of the worker's work in the calling thread, if callers release and it is time to. The caller holds
    /// no lock.
    @inline(__always)
    package func releaseInCallerIfWanted(for user: some PageUser) {
        if callerRelease != .no { releaseInCaller(for: user) }
    }

    @inline(never)
    private func releaseInCaller(for user: some PageUser) {
        let now = state.pointee.system.coarseNanoseconds()
        if callerRelease == .forATime && callers.pointee.isOver(at: now) { return askForWorker() }
        guard callers.pointee.mustLook(at: now), !state.pointee.pass.isForkWaiting,
            worker.thread.pointee.beginTurn()
        else { return }
        worker.state.pointee.beginProgress()
        let workerNow = worker.progress.pointee.pace.clock.now
        member.pointee.progress.begin(at: workerNow, configuration)
        let passed = now &- member.pointee.progress.callerLook
        member.pointee.progress.callerLook = now
        endCycleIfDue(&member.pointee.progress.cycle, at: workerNow, user)
        let isFull = releaseWithinAllowance(passed, &member.pointee.progress, user)
        // While there is more to release, every slow-path call releases some.
        let isIdle = isIdle(member.pointee.progress.cycle, user)
        let next = isFull ? 0 : isIdle ? configuration.cycleNanoseconds : Tunables.callerLookNanoseconds
        callers.pointee.lookAgain(at: now &+ next)
        worker.thread.pointee.endTurn()
    }

    /// Releases what the allowance permits, unless that is less than a quantum.
    ///
    /// - Parameter passed: nanoseconds since the last caller looked.
    /// - Returns: whether the call released its maximum, so that there is probably more.
    private func releaseWithinAllowance(
        _ passed: Int64, _ progress: inout HeapProgress, _ user: some PageUser
    ) -> Bool {
        let seconds = Double(max(0, min(passed, Tunables.callerAllowanceNanoseconds))) / 1e9
        let rate = Tunables.callerBytesPerSecond * state.pointee.configuration.scavengeShare
        let most = rate * Double(Tunables.callerAllowanceNanoseconds) / 1e9
        progress.callerAllowance = min(progress.callerAllowance + seconds * rate, most)
        let wanted = min(ByteCount(UInt(progress.callerAllowance)), Tunables.callerReleaseBytes)
        if wanted < Tunables.scavengeQuantumBytes { return false }
        state.pointee.pass.lock()
        var released: ByteCount = 0
        var isExhausted = false
        if !isMet {
            released = search.scavenge(
                wanted, .background, chunkLimit: Tunables.assistChunkLimit, using: state.pointee.system)
            isExhausted = released < wanted && search.isExhausted
        }
        if released < wanted { released += user.releaseHoles(wanted - released) }
        state.pointee.pass.unlock()
        progress.cycle.note(released: released, isExhausted: isExhausted)
        state.pointee.space.releasedInGeneration.wrappingAdd(released.rawValue, ordering: .relaxed)
        // Releasing whole huge pages may have exceeded the request.
        progress.callerAllowance = max(0, progress.callerAllowance - Double(released.rawValue))
        if released > 0 { publishUnderLock() }
        return released >= Tunables.callerReleaseBytes
    }
}
