extension PageBitmapWords {
    /// Returns the topmost run of pages to release: zeros in whole aligned groups of `group` pages, in a bitmap whose
    /// ones are pages in use or already released.
    ///
    /// - Parameters:
    ///   - start: search downwards from the word that holds this page, including the word's higher pages.
    ///   - group: pages of a physical page, a power of two, 1 to 64; checked builds stop at anything else.
    ///   - limit: the most pages wanted; rounded up to `group`; 0 means `group`. A longer run is cut to its top.
    ///   - hugePage: pages of a huge page, a power of two from 2 to 512, or 0 if huge pages are ignored. A cut that
    ///     would split a free huge page is moved down to the huge page's start.
    /// - Returns: the run, or `nil` if there is none.
    /// - Complexity: one pass over the words from `start` down.
    @inline(__always)
    package func scavengeCandidate(
        from start: PageIndex, group: PageCount, limit: PageCount, hugePage: PageCount
    ) -> PageRange? {
        // Stands in for `invariant`, which belongs to a higher layer.
        #if PAGEHEAP_CHECKED
            precondition(
                group != 0 && group <= 64 && group.rawValue & (group.rawValue &- 1) == 0,
                "a physical page must have 1, 2, 4 … 64 pages")
        #endif
        let chunk = PageGeometry.pagesPerChunk
        let wanted = limit == 0 ? group : min(limit, chunk).roundedUp(to: group)
        var index = Int(bitPattern: start.rawValue &>> 6)
        var filled = BitOperations.fillAligned(word(index), groupBits: group.rawValue)
        while filled == .max {
            if index == 0 { return nil }
            index &-= 1
            filled = BitOperations.fillAligned(word(index), groupBits: group.rawValue)
        }
        let above = (~filled).leadingZeroBitCount
        let end = index &* 64 &+ 64 &- above
        var run = min((filled &<< UInt64(truncatingIfNeeded: above)).leadingZeroBitCount, 64 &- above)
        if run == 64 &- above {
            // The run reaches the low end of its word: it may continue in the words below.
            while index > 0 {
                index &-= 1
                let more = BitOperations.fillAligned(word(index), groupBits: group.rawValue).leadingZeroBitCount
                run &+= more
                if more < 64 { break }
            }
        }
        let runEnd = UInt(bitPattern: end)
        let runStart = runEnd &- UInt(bitPattern: run)
        var first = PageIndex(runEnd &- min(UInt(bitPattern: run), wanted.rawValue))
        if hugePage != 0 {
            let huge = PageIndex(hugePage.rawValue)
            let hugeBelow = first.roundedDown(to: huge)
            if first.roundedUp(to: huge).rawValue <= runEnd && hugeBelow.rawValue >= runStart { first = hugeBelow }
        }
        return PageRange(first: first, count: PageCount(runEnd &- first.rawValue))
    }
}
