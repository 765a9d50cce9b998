import Synchronization

extension ScavengeSearch {
    /// One step: releases the topmost candidates of one chunk, and shortens the range to what lies below them.
    ///
    /// A locked section looks at one chunk, and so does each look without the lock before it.
    ///
    /// - Parameter chunksLeft: how many chunks may be looked at, counted down; the step ends with 0.
    /// - Returns: the bytes released; 0 with an empty range where there was no candidate, 0 with a range left where the
    ///   system refused, or where no more chunks may be looked at.
    func scavengeBatch(
        of work: inout AddressRange, _ bytes: ByteCount, _ cause: ReleaseCause, chunksLeft: inout UInt,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        if work.isEmpty { return 0 }
        if !work.base.isAligned(to: PageGeometry.chunkBytes) {
            fatal("a range to search does not begin with a chunk:", work.base.rawValue)
        }
        let lastByte = work.limit - 1
        var chunk = ChunkIndex(containing: lastByte)
        var page = lastByte.pageIndex
        var batch = ReleaseBatch()
        chunksLeft &-= 1
        while true {
            heap.lock()
            heap.pointee.pages.takeForRelease(&batch, in: chunk, from: page, limit: bytes.pagesRoundedUp, machine)
            if batch.count > 0 { space.pointee.lowWaterMark = min(space.pointee.lowWaterMark, batch.lowest) }
            heap.unlock()
            if batch.count > 0 { return release(&batch, cause, &work, using: system) }
            work.limit = chunk.base
            // What looks like a candidate without the lock may be gone under it: then it goes on below.
            guard let next = likelyChunk(in: &work, chunksLeft: &chunksLeft) else { return 0 }
            chunk = next
            page = .last
        }
    }

    /// The highest chunk of a range, which ends with a chunk, that seems to have a candidate; the range is shortened to
    /// end with it. Takes no lock: what it sees may be out of date.
    private func likelyChunk(in work: inout AddressRange, chunksLeft: inout UInt) -> ChunkIndex? {
        let group = machine.pagesPerPhysicalPage
        let lowest = ChunkIndex(containing: work.base)
        var end = ChunkIndex(containing: work.limit)
        while end > lowest && chunksLeft > 0 {
            let next = end - 1
            chunksLeft &-= 1
            // The summary first: unused address space has bitmaps of zeros, which look free, but a summary of zero.
            if heap.pointee.pages.summaries[leaf: next].longest >= group.rawValue,
                let bitmaps = heap.pointee.pages.chunks.pages(ifPresent: next)
            {
                let taken = bitmaps.takenForScavenging
                if taken.scavengeCandidate(from: .last, group: group, limit: group, hugePage: 0) != nil {
                    work.limit = end.base
                    return next
                }
            }
            end = next
        }
        work.limit = end.base
        return nil
    }

    /// Gives the memory of a batch's runs back, and the runs to the allocator.
    private func release(
        _ batch: inout ReleaseBatch, _ cause: ReleaseCause, _ work: inout AddressRange,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        work.limit = batch.lowest
        // A literal, which is ``ReleaseBatch/capacity``: only then embedded Swift sees that this is stack.
        return withUnsafeTemporaryAllocation(of: MemoryRange.self, capacity: 64) { buffer in
            let ranges = buffer.baseAddress.unsafelyUnwrapped
            let count = batch.write(to: ranges, offset: arenaBaseOffset)
            let outcome = giveBack(ranges, count: count, using: system)
            let counts = withUnsafeMutablePointer(to: &space.pointee.reuse) { $0 }
            ReuseCounts.noteRelease(counts, batch.chunk, now: system.coarseNanoseconds())

            heap.lock()
            heap.pointee.pages.putBack(batch)
            var released = batch.pages.bytes
            if outcome.refused != 0 {
                for index in 0..<count where outcome.isRefused(index) {
                    let (address, bytes) = (ranges[index].address &- arenaBaseOffset, ranges[index].bytes)
                    heap.pointee.pages.keepRetained(base: OffsetAddress(address), count: bytes.pagesRoundedUp)
                    released -= bytes
                }
                // A search begins with a whole word of 64 pages: it would find a refused run again, and never end.
                work.limit = batch.lowest.roundedDown(to: OffsetAddress(PageCount(64).bytes.rawValue))
            }
            heap.pointee.books.release(released, cause, calls: outcome.calls)
            heap.pointee.books.releaseFailures += outcome.failures
            heap.unlock()
            return released
        }
    }

    /// Gives the memory of some ranges back, several with one call where the system has one. No lock is held, except
    /// the pass lock of a caller that has one.
    ///
    /// Where such a call stops short, the range that it stopped at is tried by itself, and the rest goes on. A range that
    /// is refused ``ReleaseMethod/lazily`` as an invalid argument is tried once ``ReleaseMethod/now``; if that is
    /// granted, the kernel does not know the former, and is not asked for it again. There is no way back: pages
    /// that are released lazily may keep what they held, and whoever chose ``ReleaseMethod/now`` relies on zeros.
    ///
    /// - Parameter count: at most 64.
    package func giveBack(
        _ ranges: UnsafePointer<MemoryRange>, count: Int, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ReleaseOutcome {
        if let hugePages = space.pointee.hugePages {
            for index in 0..<count {
                hugePages.prepareRelease(ranges[index], arenaBaseOffset: arenaBaseOffset, using: system)
            }
        }
        var outcome = ReleaseOutcome()
        var next = 0
        while next < count {
            if next &+ 1 < count {
                let rest = UnsafeBufferPointer(start: ranges + next, count: count &- next)
                let done = system.release(rest, method: usableMethod)
                if done > 0 {
                    outcome.calls &+= 1
                    next &+= done
                    if next == count { break }
                }
            }
            if giveBack(ranges[next], using: system) { outcome.calls &+= 1 } else { outcome.refuse(next) }
            next &+= 1
        }
        return outcome
    }

    private func giveBack(
        _ range: MemoryRange, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        let method = usableMethod
        let error = system.release(range.address, range.bytes, method: method)
        if error == 0 { return true }
        guard method == .lazily, error == SystemError.invalidArgument,
            system.release(range.address, range.bytes, method: .now) == 0
        else { return false }
        space.pointee.refusesLazyRelease.store(true, ordering: .relaxed)
        return true
    }

    /// The method that was asked for, unless the system is known not to have it.
    private var usableMethod: ReleaseMethod {
        method == .lazily && !space.pointee.refusesLazyRelease.load(ordering: .relaxed) ? .lazily : .now
    }
}
