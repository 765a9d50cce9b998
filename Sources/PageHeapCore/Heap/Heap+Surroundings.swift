/// What a heap does about the process's surroundings: its memory limit follows from that of the container, and if tasks
/// have to wait for memory, it keeps nothing but what is in use.
///
/// A container's limit is on all of its processes, and on all that the kernel counts for them: heaps, stacks, code,
/// the page cache, the kernel's own records. So the heap's limit is what it has, and what is left for anybody:
///
///     limit = retained + metadata + (0.95 × container's limit − container's use)
///
/// The use is the kernel's count for the whole container, without the inactive page cache, which the kernel drops before
/// anybody has to wait. The process's resident memory would be no substitute: of two processes that each take it for the
/// container's use, each would leave the other nothing. What the heap retains cancels out when it changes, because the
/// container's use changes with it; so a reading a second old is as good as a new one, but for what others have taken.
/// And memory that was allocated and never touched, which counts as retained and costs nothing, makes the limit no
/// tighter: the kernel does not count it either.
extension Heap {
    /// Asks for a reading of the surroundings if it is due, because memory is being taken.
    ///
    /// A heap that has no limit, and does not grow, need not ask: it is the worker that does, while there is one.
    @inline(__always)
    func askForReading(_ need: AssistNeed) {
        guard state.pointee.goals.followsContainer else { return }
        let isLarge = need.growth != 0 && need.retainedBefore + need.taken >= Tunables.readingHeapBytes
        if isLarge || state.pointee.goals.origin == .container {
            callers.pointee.askForReading(at: system.coarseNanoseconds())
        }
    }

    /// Reads the surroundings and does what follows. Opens files; the caller is a thread of the program and holds no
    /// lock.
    package func readSurroundings() {
        callers.pointee.noteReading(at: system.coarseNanoseconds())
        guard let found = system.readSurroundings() else { return }
        follow(found.limit)
        if let stalled = found.stalledNanoseconds { notePressure(stalled) }
    }

    /// Has the worker give everything back that is not in use, if tasks have to wait for memory.
    ///
    /// Nothing need be done while no call of the program reads the surroundings. Then the program takes no memory and the
    /// worker, if there is one, has nothing to give: what the heap retains is what is in use, and less than would be
    /// worth a thread. A program that falls asleep in the middle of a swing is there within eight seconds.
    private func notePressure(_ stalled: Int64) {
        guard configuration.cycles == .demand,
            member.pointee.pressure.note(stalled: stalled, at: system.coarseNanoseconds())
        else { return }
        let free = withHeapLock { currentLedger().freeRetained }
        callWorker(isWanted: free >= Tunables.workerStartExcess)
    }

    /// Makes the memory limit follow from that of the container.
    private func follow(_ allowance: MemoryAllowance?) {
        guard state.pointee.goals.followsContainer else { return }
        let isOver = withLockedPages {
            let ledger = currentLedger()
            state.pointee.goals.follow(allowance.map { $0.limit(forHeapThatHas: ledger.retained + metadataBytes) })
            // Memory in use cannot be released: a limit below it must not wake the worker each time.
            return isOverLimitGoal && ledger.freeRetained >= Tunables.wakeBytes
        }
        if isOver { releaseForLimit() }
    }
}

extension MemoryAllowance {
    /// The limit for a heap of the process, at least 1 byte.
    ///
    /// - Parameter mapped: the bytes that the heap and its metadata have.
    func limit(forHeapThatHas mapped: ByteCount) -> ByteCount {
        let margin = Int(Double(limit.rawValue) * Tunables.containerMargin)
        let (usable, isTooLow) = left.subtractingReportingOverflow(margin)
        let (sum, isTooHigh) = Int(clamping: mapped.rawValue).addingReportingOverflow(isTooLow ? .min : usable)
        return isTooHigh ? .maximum : ByteCount(UInt(max(1, sum)))
    }
}
