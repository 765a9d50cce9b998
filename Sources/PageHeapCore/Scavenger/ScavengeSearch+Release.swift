extension ScavengeSearch {
    /// One step: releases the topmost candidates of one chunk, and shortens the range to what lies below them.
    ///
    /// A locked section looks at one chunk, and so does each look without the lock before it.
    ///
    /// - Returns: the bytes released; 0 with an empty range where there was no candidate, 0 with a range left where the
    ///   system refused.
    func scavengeBatch(
        of work: inout AddressRange, _ bytes: ByteCount, _ cause: ReleaseCause,
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
        while true {
            heap.pointee.lock.lock()
            heap.pointee.pages.takeForRelease(&batch, in: chunk, from: page, limit: bytes.pagesRoundedUp, machine)
            if batch.count > 0 { space.pointee.lowWaterMark = min(space.pointee.lowWaterMark, batch.lowest) }
            heap.pointee.lock.unlock()
            if batch.count > 0 { return release(&batch, cause, &work, using: system) }
            work.limit = chunk.base
            // What looks like a candidate without the lock may be gone under it: then it goes on below.
            guard let next = likelyChunk(in: work) else { break }
            chunk = next
            page = .last
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
            let taken = bitmaps.takenForScavenging
            if taken.scavengeCandidate(from: .last, group: group, limit: group, hugePage: 0) != nil { return next }
        }
        return nil
    }

    /// Gives the memory of a batch's runs back, and the runs to the allocator.
    private func release(
        _ batch: inout ReleaseBatch, _ cause: ReleaseCause, _ work: inout AddressRange,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        work.limit = batch.lowest
        for index in 0..<batch.count {
            let run = batch[index]
            let address = batch.chunk.address(of: run.first).rawValue &+ arenaBaseOffset
            if system.release(address, run.count.bytes, method: method) != 0 { batch.refuse(index) }
        }

        heap.pointee.lock.lock()
        let released = heap.pointee.pages.putBack(batch).bytes
        heap.pointee.books.release(released, cause, calls: UInt(batch.count - batch.refusals))
        heap.pointee.books.releaseFailures += UInt(batch.refusals)
        heap.pointee.lock.unlock()
        // A search begins with a whole word of 64 pages: it would find a refused run again, and never end.
        if batch.refusals > 0 { work.limit = batch.lowest.roundedDown(to: OffsetAddress(PageCount(64).bytes.rawValue)) }
        return released
    }
}
