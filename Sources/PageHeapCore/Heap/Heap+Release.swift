extension Heap {
    /// Releases free memory at once: all of it, or up to a limit. Waits for a pass that is under way.
    ///
    /// Begins a generation at the top of the heap, because an ordinary generation could skip memory above both marks.
    /// Takes the pass lock, and others under it; the caller holds none.
    ///
    /// - Parameters:
    ///   - limit: the most bytes wanted, rounded up to whole pages. More are released only if whole physical or huge
    ///     pages, or `drain`, make it so.
    ///   - drain: called first, under the pass lock; returns the contents of caches above the heap to it, releases
    ///     holes, and returns the bytes that it released.
    ///   - shouldStop: whether to leave it at what was released so far.
    /// - Returns: what was released, and what of it was physical memory, without that of the holes.
    package func releaseFreeMemory(
        upTo limit: ByteCount = .maximum, drain: () -> ByteCount, until shouldStop: () -> Bool = { false }
    ) -> ForcedRelease {
        // Lines take kilobytes of stack, of which a thread may have little.
        isTraced
            ? releaseTraced(upTo: limit, drain, until: shouldStop)
            : releaseForced(upTo: limit, drain, until: shouldStop, began: { _ in }, ends: { _ in })
    }

    /// The same, and reports it.
    @inline(never)
    private func releaseTraced(
        upTo limit: ByteCount, _ drain: () -> ByteCount, until shouldStop: () -> Bool
    ) -> ForcedRelease {
        var endedLine = MessageLine()
        var forcedLine = MessageLine()
        let release = releaseForced(
            upTo: limit, drain, until: shouldStop, began: { endedLine = traceLine($0) },
            ends: { forcedLine = forcedTraceLine($0) })
        // Written only now, with no lock held, because the reader of standard error may be slow.
        writeIfWanted(&endedLine)
        writeIfWanted(&forcedLine)
        return release
    }

    /// Releases free memory at once.
    ///
    /// - Parameters:
    ///   - began: called with the generation that ended, under the pass lock.
    ///   - ends: called with the bytes released, under the pass lock.
    @inline(__always)
    private func releaseForced(
        upTo limit: ByteCount, _ drain: () -> ByteCount, until shouldStop: () -> Bool,
        began: (EndedGeneration) -> Void, ends: (ByteCount) -> Void
    ) -> ForcedRelease {
        let start = system.threadProcessorNanoseconds()
        state.pointee.pass.lock()
        let returnedBefore = markForced(true)
        var released = drain()
        flushPageCaches()
        began(startGeneration(atTop: true))
        while released < limit && !shouldStop() {
            // In pieces, so that a fork need not wait for all of it.
            let wanted = min(Tunables.forcedPieceBytes, limit - released)
            let piece = search.scavenge(wanted, .forced, using: system)
            released += piece
            if piece < wanted {
                if search.isExhausted { break }
                // An allocation that assists holds a part of the search space and will hand it back.
                pauseProcessor()
            }
            state.pointee.pass.letForksPass()
        }
        ends(released)
        let returnedAfter = markForced(false)
        state.pointee.pass.unlock()
        state.pointee.times.addForced(processorTime(since: start))
        publishUnderLock()
        return ForcedRelease(released: released, returned: returnedAfter - returnedBefore)
    }

    /// Marks a forced release as under way or finished: its holds of the heap lock are counted separately. The caller
    /// holds the pass lock, so the ledger's account of forced releases is its own in between.
    ///
    /// - Returns: bytes of physical memory that forced releases have given back so far.
    private func markForced(_ isForced: Bool) -> ByteCount {
        withHeapLock {
            locked.pointee.isForced = isForced
            return locked.pointee.ledger.returnedForcedTotal
        }
    }

    /// The calling thread's CPU time since `start`, in nanoseconds.
    func processorTime(since start: Int64) -> UInt64 {
        UInt64(max(0, system.threadProcessorNanoseconds() &- start))
    }

    /// Returns the pages of all page caches to the allocator. Takes each cache's lock, and the heap lock under it.
    func flushPageCaches() {
        for shard in 0..<PageCaches.count { flushPageCache(shard) }
    }

    /// Returns the pages of one page cache to the allocator. Takes the cache's lock, and the heap lock under it.
    func flushPageCache(_ shard: Int) {
        pageCaches[shard].pointee.lock.lock()
        withLockedPages { pageCaches[shard].pointee.flush(to: locked) }
        pageCaches[shard].pointee.lock.unlock()
    }
}

/// What a forced release did.
package struct ForcedRelease: Sendable {
    /// Bytes of pages and holes that were released, touched or not: the heap's own account.
    package var released: ByteCount
    /// Bytes of physical memory that the system got back.
    package var returned: ByteCount
}
