// Summaries after a change, from the summary before it: most changes touch short runs, and need no look at the whole bitmap.
extension PageBitmapWords {
    /// The free pages in a row that end just below a page.
    @inline(__always)
    func freePages(below page: PageIndex) -> UInt {
        var index = Int(bitPattern: page.rawValue &>> 6)
        let bit = page.rawValue & 63
        var pages: UInt = 0
        if bit != 0 {
            // The pages below, shifted up to the word's top.
            let above = word(index) &<< UInt64(truncatingIfNeeded: 64 &- bit)
            if above != 0 { return UInt(bitPattern: above.leadingZeroBitCount) }
            pages = bit
        }
        while index > 0 {
            index &-= 1
            let bits = word(index)
            if bits != 0 { return pages &+ UInt(bitPattern: bits.leadingZeroBitCount) }
            pages &+= 64
        }
        return pages
    }

    /// The free pages in a row that begin with a page; none at the chunk's end.
    @inline(__always)
    func freePages(from page: PageIndex) -> UInt {
        var index = Int(bitPattern: page.rawValue &>> 6)
        if index >= Self.wordCount { return 0 }
        let bit = page.rawValue & 63
        let first = word(index) &>> UInt64(truncatingIfNeeded: bit)
        if first != 0 { return UInt(bitPattern: first.trailingZeroBitCount) }
        var pages = 64 &- bit
        index &+= 1
        while index < Self.wordCount {
            let bits = word(index)
            if bits != 0 { return pages &+ UInt(bitPattern: bits.trailingZeroBitCount) }
            pages &+= 64
            index &+= 1
        }
        return pages
    }

    /// The summary after a range was freed. The bits have been cleared.
    ///
    /// - Parameter before: the summary before.
    @inline(__always)
    package func summary(afterFreeing first: PageIndex, _ count: PageCount, before: PageSummary) -> PageSummary {
        let below = freePages(below: first)
        let above = freePages(from: first + count)
        let run = below &+ count.rawValue &+ above
        let runFirst = first.rawValue &- below
        let chunk = PageGeometry.pagesPerChunk.rawValue
        return PageSummary(
            start: runFirst == 0 ? run : before.start, longest: max(before.longest, run),
            end: runFirst &+ run == chunk ? run : before.end)
    }

    /// The summary after a range of free pages was taken. The bits have been set.
    ///
    /// The whole bitmap is looked at only where the range was part of the longest run: another one may be as long.
    ///
    /// - Parameter before: the summary before.
    @inline(__always)
    package func summary(afterTaking first: PageIndex, _ count: PageCount, before: PageSummary) -> PageSummary {
        let below = freePages(below: first)
        let above = freePages(from: first + count)
        let run = below &+ count.rawValue &+ above
        let chunk = PageGeometry.pagesPerChunk.rawValue
        var longest = before.longest
        if run >= longest {
            longest = max(below, above)
            // No other run is longer than all that lies outside this one.
            if longest &+ run < chunk { return summarized(longestFrom: longest, to: before.longest) }
        }
        // The run at the low end begins with page 0; taking part of it leaves what lies below.
        let start = first.rawValue < before.start ? below : before.start
        let end = first.rawValue &+ count.rawValue > chunk &- before.end ? above : before.end
        return PageSummary(start: start, longest: longest, end: end)
    }
}
