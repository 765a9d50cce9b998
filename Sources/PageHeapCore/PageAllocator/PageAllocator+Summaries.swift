/// What has changed in a range of pages.
enum PageRangeChange {
    /// All of the range is in use now.
    case allocatedRange
    /// All of the range is free now.
    case freedRange
    /// Single pages inside one chunk.
    case pagesOfOneChunk
}

extension PageAllocator {
    /// Brings the summaries up to date after a change: the leaves, then level by level upwards, until a level did not
    /// change. The heap lock is held.
    mutating func updateSummaries(base: OffsetAddress, count: PageCount, change: PageRangeChange) {
        let limit = base + count.bytes
        let first = ChunkIndex(containing: base)
        let last = ChunkIndex(containing: limit - 1)
        if first == last {
            let summary = chunks[first].allocated.summarized()
            if summary == summaries[leaf: first] { return }
            summaries[leaf: first] = summary
        } else {
            summaries[leaf: first] = chunks[first].allocated.summarized()
            let inner: PageSummary = change == .allocatedRange ? .full : .freeChunk
            var chunk = first + 1
            while chunk < last {
                summaries[leaf: chunk] = inner
                chunk += 1
            }
            summaries[leaf: last] = chunks[last].allocated.summarized()
        }
        let range = AddressRange(base: base, limit: limit)
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
