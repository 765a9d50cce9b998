import Synchronization

extension Heap {
    /// Releases free memory at once, all of it or so many bytes, and answers how much. Waits for a pass that is running.
    ///
    /// Begins a generation at the top of the heap: the ordinary start could skip what lies above both marks.
    ///
    /// - Parameters:
    ///   - limit: the most bytes wanted, rounded up to whole pages; more only where whole physical or huge pages make them
    ///     so, or where `drain` gives more.
    ///   - drain: gives what caches above the heap hold back to it, first, and releases holes; answers the bytes.
    package func releaseFreeMemory(upTo limit: ByteCount = .maximum, drain: () -> ByteCount) -> ByteCount {
        let traces = isTraced
        let start = state.pointee.system.threadProcessorNanoseconds()
        lockPass()
        markForced(true)
        var released = drain()
        flushPageCaches()
        let ended = startGeneration(atTop: true)
        var endedLine = traces ? traceLine(ended) : MessageLine()
        while released < limit {
            // In pieces, so that a fork need not wait for the whole.
            let wanted = min(Tunables.forcedPieceBytes, limit - released)
            let piece = search.scavenge(wanted, .forced, using: state.pointee.system)
            released += piece
            if piece < wanted {
                if search.isExhausted { break }
                // Somebody who grows the heap holds a part of the search space, and will hand it back.
                pauseProcessor()
            }
            letForksPass()
        }
        var forcedLine = traces ? forcedTraceLine(released) : MessageLine()
        markForced(false)
        unlockPass()
        stopIfWrong()
        noteSpent(since: start, in: withUnsafePointer(to: state.pointee.forcedNanoseconds) { $0 })
        // Only now: whoever reads standard error may be slow.
        if traces {
            writeIfWanted(&endedLine)
            writeIfWanted(&forcedLine)
        }
        locked.lock()
        publish()
        locked.unlock()
        return released
    }

    /// Says whether a forced release is under way: its holds of the heap lock are counted apart.
    private func markForced(_ isForced: Bool) {
        locked.lock()
        locked.pointee.isForced = isForced
        locked.unlock()
    }

    /// Adds the calling thread's CPU time since a moment to a figure.
    func noteSpent(since start: Int64, in figure: UnsafePointer<Atomic<UInt64>>) {
        let spent = state.pointee.system.threadProcessorNanoseconds() &- start
        figure.pointee.wrappingAdd(UInt64(max(0, spent)), ordering: .relaxed)
    }

    /// Gives the pages of all page caches back to the allocator.
    func flushPageCaches() {
        for shard in 0..<Tunables.pageCacheShards { flushPageCache(shard) }
    }

    func flushPageCache(_ shard: Int) {
        state.pointee.shards[shard].lock.lock()
        locked.lock()
        state.pointee.shards[shard].flush(to: locked)
        locked.unlock()
        state.pointee.shards[shard].lock.unlock()
    }

    func lockPass() { state.pointee.passLock.lock() }

    func unlockPass() { state.pointee.passLock.unlock() }

    /// Lets forks that wait for the pass lock go first. The pass lock is held, and no other.
    func letForksPass() {
        guard state.pointee.waitingForks.load(ordering: .relaxed) != 0 else { return }
        unlockPass()
        while state.pointee.waitingForks.load(ordering: .relaxed) != 0 { pauseProcessor() }
        lockPass()
    }
}
