/// What has changed in a range of pages.
enum PageRangeChange {
    /// All of the range is in use now.
    case allocatedRange
    /// All of the range is free now.
    case freedRange
}

extension PageAllocator {
    /// Brings the summaries up to date after a change: the leaves at once; above them, what lies over one chunk or two
    /// waits, see ``pending``. The heap lock is held.
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

    /// Brings the summary of one chunk up to date, from its bitmap. The heap lock is held.
    @inline(__always)
    mutating func updateSummary(of chunk: ChunkIndex, _ bitmaps: ChunkPages) {
        setSummary(of: chunk, bitmaps.allocated.summarized(), before: summaries[leaf: chunk])
    }

    /// Gives a chunk a new summary; the levels above will learn of it. The heap lock is held.
    @inline(__always)
    mutating func setSummary(of chunk: ChunkIndex, _ summary: PageSummary, before: PageSummary) {
        if summary == before { return }
        if !pending.contains(chunk) {
            // Before the leaf changes: it is not among those that are told about.
            if pending.isFull { propagatePending() }
            pending.append(chunk, known: before)
        }
        summaries[leaf: chunk] = summary
    }

    /// Tells the levels above what they do not know yet. The heap lock is held.
    @inline(__always)
    mutating func propagatePending() {
        if pending.isEmpty { return }
        propagateAll()
    }

    @inline(never)
    private mutating func propagateAll() {
        for place in 0..<pending.count {
            let change = pending[place]
            // Often a change was taken back.
            if summaries[leaf: change.chunk] == change.known { continue }
            var index = Int(bitPattern: change.chunk.rawValue)
            var level = PageGeometry.leafLevel
            while level > 0 {
                level &-= 1
                index &>>= PageGeometry.bitsPerLevel
                let summary = summaries.mergedChildren(level, index)
                // A level that does not change hides the change from all above.
                if summary == summaries[level, index] { break }
                summaries[level, index] = summary
            }
        }
        pending.removeAll()
    }

    /// Merges upwards what lies over a range of changed leaves, until a level does not change.
    private func propagate(_ range: AddressRange) {
        var level = PageGeometry.leafLevel
        var changed = true
        while changed && level > 0 {
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
