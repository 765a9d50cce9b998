import Synchronization

extension ScavengeSearch {
    /// Performs one step of a search: releases the topmost candidates of one chunk, and shortens the range to what lies
    /// below them.
    ///
    /// Each locked section, and each look without the lock before it, examines one chunk.
    ///
    /// - Parameter chunksLeft: the number of chunks that may still be examined, counted down; the step ends at 0.
    /// - Returns: the bytes released. 0 with an empty range if there was no candidate; 0 with a range left if the
    ///   system refused or no more chunks may be examined.
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
            // A candidate seen without the lock may be gone under it; then the search goes on below.
            guard let next = likelyChunk(in: &work, chunksLeft: &chunksLeft) else { return 0 }
            chunk = next
            page = .last
        }
    }

    private var reuseCounts: UnsafeMutablePointer<ReuseCounts> {
        withUnsafeMutablePointer(to: &space.pointee.reuse) { $0 }
    }

    /// Returns the highest chunk of a range that seems to have a candidate, and shortens the range to end with it. The
    /// range must end with a chunk. Takes no lock: what it sees may be out of date.
    private func likelyChunk(in work: inout AddressRange, chunksLeft: inout UInt) -> ChunkIndex? {
        let group = machine.pagesPerPhysicalPage
        let lowest = ChunkIndex(containing: work.base)
        var end = ChunkIndex(containing: work.limit)
        while end > lowest && chunksLeft > 0 {
            let next = end - 1
            chunksLeft &-= 1
            // Check the summary first: unused address space has bitmaps of zeros, which look free, but a summary of
            // zero, which does not.
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

    /// Releases the memory of a batch's runs, and returns the runs to the allocator.
    private func release(
        _ batch: inout ReleaseBatch, _ cause: ReleaseCause, _ work: inout AddressRange,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        work.limit = batch.lowest
        // A literal equal to ``ReleaseBatch/capacity``: only then does Embedded Swift use the stack.
        return withUnsafeTemporaryAllocation(of: MemoryRange.self, capacity: 64) { buffer in
            let ranges = buffer.baseAddress.unsafelyUnwrapped
            let count = batch.write(to: ranges, offset: arenaBaseOffset)
            var refused = PageBitmap()
            let resident = system.residentBytes(of: ranges, count: count, physicalPage: machine.physicalPage)
            let outcome = giveBack(
                ranges, count: count, resident: resident, unit: PageGeometry.pageBytes, using: system
            ) { piece in
                let first = OffsetAddress(piece.address &- arenaBaseOffset).pageIndex
                refused.setRange(from: first, count: piece.bytes.pagesRoundedUp)
            }
            ReuseCounts.noteRelease(reuseCounts, batch.chunk, now: system.coarseNanoseconds())

            heap.lock()
            heap.pointee.pages.putBack(batch)
            var released = batch.pages.bytes
            if outcome.failures != 0 {
                released -= heap.pointee.pages.keepRetained(refused, in: batch.chunk).bytes
                // A search begins with a whole word of 64 pages, so it would find a refused run again and never end.
                work.limit = batch.lowest.roundedDown(to: OffsetAddress(PageCount(64).bytes.rawValue))
            }
            heap.pointee.ledger.release(released, returned: outcome.returned, cause, calls: outcome.calls)
            heap.pointee.ledger.releaseFailures += outcome.failures
            heap.unlock()
            return released
        }
    }

    /// Releases the memory of some ranges, several with one call if the system can. The caller holds no lock except,
    /// possibly, the pass lock.
    ///
    /// If such a call stops short, the range at which it stopped is tried by itself, and the rest goes on. A range that
    /// is refused as an invalid argument may contain a page that the program has locked: it is tried in pieces, so that
    /// a locked page keeps only its own memory.
    ///
    /// A range that is refused ``ReleaseMethod/lazily`` as an invalid argument is tried once ``ReleaseMethod/now``. If
    /// that succeeds, the kernel does not know the lazy method, and is not asked for it again. There is no fallback in
    /// the other direction: lazily released pages may keep their contents, and a heap that releases
    /// ``ReleaseMethod/now`` relies on zeros.
    ///
    /// - Parameters:
    ///   - ranges: the ranges to release.
    ///   - count: the number of ranges, at most 64.
    ///   - resident: bytes of physical memory that they have.
    ///   - unit: bytes; pieces are multiples of it. Less than a physical page counts as one.
    ///   - refused: called with each piece that keeps its memory.
    /// - Returns: the number of successful calls and of refused pieces, and the physical memory that went back.
    package func giveBack(
        _ ranges: UnsafePointer<MemoryRange>, count: Int, resident: ByteCount, unit: ByteCount,
        using system: borrowing some OperatingSystem & ~Copyable, refused: (MemoryRange) -> Void
    ) -> ReleaseOutcome {
        LockRanks.assertNoneHeldButPass()
        let physicalPage = machine.physicalPage
        var kept: ByteCount = 0
        var outcome = release(ranges, count, unit, using: system) { piece in
            kept += system.residentBytes(of: piece, physicalPage: physicalPage)
            refused(piece)
        }
        outcome.returned = resident - min(kept, resident)
        return outcome
    }

    /// Does the work of ``giveBack(_:count:resident:unit:using:refused:)``, apart from counting physical memory.
    private func release(
        _ ranges: UnsafePointer<MemoryRange>, _ count: Int, _ unit: ByteCount,
        using system: borrowing some OperatingSystem & ~Copyable, _ refused: (MemoryRange) -> Void
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
            let error = giveBack(ranges[next], using: system)
            if error == 0 {
                outcome.calls &+= 1
            } else if error == SystemError.invalidArgument {
                var attempts = Tunables.splitAttempts
                giveBackInPieces(
                    ranges[next], max(unit, machine.physicalPage), &attempts, &outcome, using: system, refused)
            } else {
                outcome.failures &+= 1
                refused(ranges[next])
            }
            next &+= 1
        }
        return outcome
    }

    /// Releases as much as possible of a range that was refused as a whole: by halves, down to a unit.
    ///
    /// - Parameter attempts: the number of calls that may still be refused; each success allows two more. So a range
    ///   that is locked completely costs few calls.
    private func giveBackInPieces(
        _ range: MemoryRange, _ unit: ByteCount, _ attempts: inout Int, _ outcome: inout ReleaseOutcome,
        using system: borrowing some OperatingSystem & ~Copyable, _ refused: (MemoryRange) -> Void
    ) {
        if range.bytes <= unit || attempts <= 0 {
            outcome.failures &+= 1
            refused(range)
            return
        }
        let low = ByteCount(range.bytes.rawValue / 2).roundedUp(to: unit)
        for half in 0..<2 {
            let piece =
                half == 0
                ? MemoryRange(address: range.address, bytes: low)
                : MemoryRange(address: range.address &+ low.rawValue, bytes: range.bytes - low)
            if giveBack(piece, using: system) == 0 {
                outcome.calls &+= 1
                attempts = min(attempts + 2, Tunables.splitAttempts)
            } else {
                attempts -= 1
                giveBackInPieces(piece, unit, &attempts, &outcome, using: system, refused)
            }
        }
    }

    /// Releases one range; on a first refusal of the lazy method, see
    /// ``giveBack(_:count:resident:unit:using:refused:)``.
    ///
    /// - Returns: 0, or the system's error number.
    private func giveBack(
        _ range: MemoryRange, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Int32 {
        let method = usableMethod
        let error = system.release(range.address, range.bytes, method: method)
        guard error == SystemError.invalidArgument, method == .lazily,
            system.release(range.address, range.bytes, method: .now) == 0
        else { return error }
        space.pointee.refusesLazyRelease.store(true, ordering: .relaxed)
        return 0
    }

    /// The configured method, or ``ReleaseMethod/now`` if the system is known not to have the lazy one.
    private var usableMethod: ReleaseMethod {
        method == .lazily && !space.pointee.refusesLazyRelease.load(ordering: .relaxed) ? .lazily : .now
    }
}
