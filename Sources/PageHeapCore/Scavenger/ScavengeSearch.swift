import Synchronization

/// Finds free pages that still have physical memory, from the highest address down, and gives that memory back.
///
/// Allocation works from the lowest address up, so what is taken here is the least likely to be wanted next. A
/// *generation* (``startGeneration(atTop:using:)``) renews the search space once a cycle; a worker takes a *reservation*
/// of it, so that several can search without meeting, and hands back what it did not search.
///
/// A handle on two structures in memory that does not move; copies name the same search. The design is the Go
/// runtime's of 1.15, re-created from its behaviour.
package struct ScavengeSearch {
    let heap: UnsafeMutablePointer<LockedPages>
    package let space: UnsafeMutablePointer<SearchSpace>
    let machine: MachineFigures
    /// What an offset address lacks to be the process's address.
    let arenaBaseOffset: UInt
    let method: ReleaseMethod

    package init(
        heap: UnsafeMutablePointer<LockedPages>, space: UnsafeMutablePointer<SearchSpace>, machine: MachineFigures,
        arenaBaseOffset: UInt = 0, method: ReleaseMethod = .now
    ) {
        self.heap = heap
        self.space = space
        self.machine = machine
        self.arenaBaseOffset = arenaBaseOffset
        self.method = method
    }

    /// Begins a new search: of everything below the highest page freed since the last one if that lies in the part
    /// already searched, else of what lies below the lowest address scavenged, to go on from there.
    ///
    /// Takes the heap lock and the search lock.
    ///
    /// - Parameter atTop: search everything, whatever the marks say.
    package func startGeneration(atTop: Bool = false, using system: borrowing some OperatingSystem & ~Copyable) {
        heap.pointee.lock.lock()
        space.pointee.lock.lock()
        let lowest = space.pointee.lowWaterMark
        let highestFreed = heap.pointee.pages.freeHighWaterMark
        let start = atTop ? .maximum : lowest < highestFreed ? highestFreed : lowest
        // A refusal leaves the search space empty: this generation gives nothing, the next one tries again.
        let taken = space.pointee.ranges.copy(from: heap.pointee.pages.inUse, using: system)
        heap.pointee.pages.metadataBytes += taken ?? 0
        space.pointee.ranges.remove(notBelow: start)
        space.pointee.reservationBytes = ByteCount(
            heap.pointee.pages.inUse.totalBytes.roundedUp(to: PageGeometry.chunkBytes).rawValue
                / Tunables.reservationsPerGeneration)
        space.pointee.generation &+= 1
        space.pointee.releasedInGeneration.store(0, ordering: .relaxed)
        space.pointee.lowWaterMark = .maximum
        heap.pointee.pages.freeHighWaterMark = .minimum
        space.pointee.lock.unlock()
        heap.pointee.lock.unlock()
    }

    /// Takes the last part of the search space's last range, extended downwards to a chunk boundary.
    ///
    /// - Returns: the range, empty where nothing is left, and the generation that it belongs to.
    func reserve() -> (range: AddressRange, generation: UInt32) {
        space.pointee.lock.lock()
        defer { space.pointee.lock.unlock() }
        let generation = space.pointee.generation
        var range = space.pointee.ranges.removeLast(space.pointee.reservationBytes)
        if range.isEmpty { return (.empty, generation) }
        let base = ChunkIndex(containing: range.base).base
        space.pointee.ranges.remove(notBelow: base)
        range.base = base
        return (range, generation)
    }

    /// Puts back what was not searched, unless a new generation has begun. Where the system refuses room for one range
    /// more, it is left to the next generation.
    func handBack(
        _ range: AddressRange, generation: UInt32, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        if range.isEmpty { return }
        if !range.base.isAligned(to: PageGeometry.chunkBytes) {
            fatal("a range to search does not begin with a chunk:", range.base.rawValue)
        }
        space.pointee.lock.lock()
        if generation == space.pointee.generation, space.pointee.ranges.reserveOneMore(using: system) != nil {
            space.pointee.ranges.add(range)
        }
        space.pointee.lock.unlock()
    }

    /// Releases memory until so many bytes are given back or the search space is exhausted.
    ///
    /// No lock is held during system calls, except the pass lock of a caller that has one.
    ///
    /// - Returns: the bytes released; fewer than asked only when nothing is left for now.
    package func scavenge(
        _ bytes: ByteCount, _ cause: ReleaseCause, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        var released: ByteCount = 0
        var work = AddressRange.empty
        var generation: UInt32 = 0
        while released < bytes {
            if work.isEmpty {
                (work, generation) = reserve()
                if work.isEmpty { break }
            }
            released += scavengeOne(&work, bytes - released, cause, using: system)
        }
        handBack(work, generation: generation, using: system)
        return released
    }

    /// One step: releases the topmost candidate of a range, and shortens the range to what lies below it.
    ///
    /// - Returns: the bytes released; 0 with an empty range where there was no candidate, 0 with a range left where the
    ///   system refused.
    func scavengeOne(
        _ work: inout AddressRange, _ bytes: ByteCount, _ cause: ReleaseCause,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        if work.isEmpty { return 0 }
        if !work.base.isAligned(to: PageGeometry.chunkBytes) {
            fatal("a range to search does not begin with a chunk:", work.base.rawValue)
        }
        let lastByte = work.limit - 1
        let top = ChunkIndex(containing: lastByte)
        if let run = takeCandidate(in: top, from: lastByte.pageIndex, bytes) {
            return release(run, in: top, cause, &work, using: system)
        }
        work.limit = top.base
        while let chunk = likelyChunk(in: work) {
            if let run = takeCandidate(in: chunk, from: .last, bytes) {
                return release(run, in: chunk, cause, &work, using: system)
            }
            // An allocation was faster.
            work.limit = chunk.base
        }
        work.limit = work.base
        return 0
    }

    /// The highest chunk of a range that seems to have a candidate. Takes no lock: what it sees may be out of date.
    private func likelyChunk(in work: AddressRange) -> ChunkIndex? {
        if work.isEmpty { return nil }
        let group = machine.pagesPerPhysicalPage
        let lowest = ChunkIndex(containing: work.base)
        var next = ChunkIndex(containing: work.limit - 1) + 1
        while next > lowest {
            next -= 1
            // The summary first: unused address space has bitmaps of zeros, which look free, but a summary of zero.
            guard heap.pointee.pages.summaries[leaf: next].longest >= group.rawValue,
                let bitmaps = heap.pointee.pages.chunks.pages(ifPresent: next)
            else { continue }
            if bitmaps.scavengeCandidate(from: .last, group: group, limit: group, hugePage: 0) != nil { return next }
        }
        return nil
    }

    /// Marks the topmost candidate of a chunk as in use, so that no allocation can take it during the release.
    private func takeCandidate(in chunk: ChunkIndex, from page: PageIndex, _ bytes: ByteCount) -> PageRange? {
        heap.pointee.lock.lock()
        defer { heap.pointee.lock.unlock() }
        let group = machine.pagesPerPhysicalPage
        guard heap.pointee.pages.summaries[leaf: chunk].longest >= group.rawValue,
            let run = heap.pointee.pages.chunks[chunk].scavengeCandidate(
                from: page, group: group, limit: bytes.pagesRoundedUp, hugePage: machine.hugePage)
        else { return nil }
        let scavenged = heap.pointee.pages.allocateRange(base: chunk.address(of: run.first), count: run.count)
        if scavenged != 0 { fatal("pages to be released had been released:", chunk.address(of: run.first).rawValue) }
        return run
    }

    /// Gives the memory of a run back that ``takeCandidate(in:from:_:)`` took, and the run to the allocator.
    private func release(
        _ run: PageRange, in chunk: ChunkIndex, _ cause: ReleaseCause, _ work: inout AddressRange,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        let base = chunk.address(of: run.first)
        work.limit = base
        space.pointee.lock.lock()
        space.pointee.lowWaterMark = min(space.pointee.lowWaterMark, base)
        space.pointee.lock.unlock()

        let refusal = system.release(base.rawValue &+ arenaBaseOffset, run.count.bytes, method: method)

        heap.pointee.lock.lock()
        heap.pointee.pages.free(base: base, count: run.count, byScavenger: true)
        if refusal == 0 {
            heap.pointee.pages.markScavenged(base: base, count: run.count)
            heap.pointee.books.release(run.count.bytes, cause)
        } else {
            heap.pointee.books.releaseFailures += 1
        }
        heap.pointee.lock.unlock()
        if refusal == 0 { return run.count.bytes }
        // A search begins with a whole word of 64 pages: it would find the same run again, and never end.
        work.limit = base.roundedDown(to: OffsetAddress(PageCount(64).bytes.rawValue))
        return 0
    }
}
