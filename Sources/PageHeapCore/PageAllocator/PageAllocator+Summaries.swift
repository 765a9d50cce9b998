/// The kind of change to a range of pages.
enum PageRangeChange {
    /// Every page of the range is in use now.
    case allocatedRange
    /// Every page of the range is free now.
    case freedRange
}

extension PageAllocator {
    /// Updates the summaries after a change to a range. Leaves are updated at once. Above them, a change to one or two
    /// chunks is deferred (see ``pending``), and a larger one is merged upwards at once. The caller holds the heap
    /// lock.
    mutating func updateSummaries(base: OffsetAddress, count: PageCount, change: PageRangeChange) {
        let limit = base + count.bytes
        let first = ChunkIndex(containing: base)
        let last = ChunkIndex(containing: limit - 1)
        if last <= first + 1 {
            updateSummary(of: first, chunks[first])
            if last != first { updateSummary(of: last, chunks[last]) }
            return
        }
        propagatePending()
        summaries[leaf: first] = chunks[first].allocated.summarized()
        let inner: PageSummary = change == .allocatedRange ? .full : .freeChunk
        var chunk = first + 1
        while chunk < last {
            summaries[leaf: chunk] = inner
            chunk += 1
        }
        summaries[leaf: last] = chunks[last].allocated.summarized()
        propagate(AddressRange(base: base, limit: limit))
    }

    /// Updates the summary of one chunk from its bitmap. The caller holds the heap lock.
    @inline(__always)
    mutating func updateSummary(of chunk: ChunkIndex, _ bitmaps: ChunkPages) {
        setSummary(of: chunk, bitmaps.allocated.summarized(), before: summaries[leaf: chunk])
    }

    /// Sets the summary of a chunk, and defers the update of the levels above. The caller holds the heap lock.
    @inline(__always)
    mutating func setSummary(of chunk: ChunkIndex, _ summary: PageSummary, before: PageSummary) {
        if summary == before { return }
        if !pending.contains(chunk) {
            // Before the leaf changes: merging now must see the old summary, which is then recorded as the one known
            // above.
            if pending.isFull { propagatePending() }
            pending.append(chunk, known: before)
        }
        summaries[leaf: chunk] = summary
    }

    /// Updates the levels above the leaves, up to ``top``, for all pending chunks. The caller holds the heap lock.
    @inline(__always)
    mutating func propagatePending() {
        if pending.isEmpty { return }
        propagateAll()
    }

    @inline(never)
    private mutating func propagateAll() {
        for place in 0..<pending.count {
            let change = pending[place]
            // Often a later change has undone this one.
            if summaries[leaf: change.chunk] == change.known { continue }
            var index = Int(bitPattern: change.chunk.rawValue)
            var level = PageGeometry.row.leafLevel
            while level > top.level {
                level &-= 1
                index &>>= PageGeometry.bitsPerLevel
                let summary = summaries.mergedChildren(level, index)
                // If a level does not change, no level above it does.
                if summary == summaries[level, index] { break }
                summaries[level, index] = summary
            }
        }
        pending.removeAll()
    }

    /// Raises ``top`` to a block of a level nearer the root, or of the same level, and fills in the entries between the
    /// two, which nobody has kept up to date. The caller holds the heap lock.
    mutating func raiseTop(to block: (level: Int, block: Int)) {
        // A pending change that is undone later would otherwise leave its mark in those entries.
        propagatePending()
        var above = top.level
        var index = top.block
        top = block
        while above > block.level {
            above -= 1
            index &>>= PageGeometry.bitsPerLevel
            summaries[above, index] = summaries.mergedChildren(above, index)
        }
    }

    /// Merges the levels above a range of changed leaves, up to the first level that does not change.
    private mutating func propagate(_ range: AddressRange) {
        var level = PageGeometry.row.leafLevel
        var changed = true
        while changed && level > top.level {
            level &-= 1
            changed = false
            let entries = SummaryTree.entries(level, of: range)
            var index = entries.lowerBound
            while index < entries.upperBound {
                let summary = summaries.mergedChildren(level, index)
                if summary != summaries[level, index] {
                    summaries[level, index] = summary
                    changed = true
                }
                index &+= 1
            }
        }
    }
}
