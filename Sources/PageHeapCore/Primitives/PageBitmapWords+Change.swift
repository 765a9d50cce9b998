// Summaries after a change, computed from the previous summary: most changes touch short runs and need no pass over the
// whole bitmap.
extension PageBitmapWords {
    /// Returns the length of the free run that ends just below a page.
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

    /// Returns the length of the free run that begins with a page; 0 at the end of the chunk.
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

    /// Returns the summary after a range was freed. Its bits have been cleared.
    ///
    /// - Parameter before: the summary before the change.
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

    /// Returns the summary after a range of free pages was taken. Its bits have been set.
    ///
    /// The whole bitmap is examined only if the range was part of the longest run, because another run may be as long.
    ///
    /// - Parameter before: the summary before the change.
    @inline(__always)
    package func summary(afterTaking first: PageIndex, _ count: PageCount, before: PageSummary) -> PageSummary {
        let below = freePages(below: first)
        let above = freePages(from: first + count)
        let run = below &+ count.rawValue &+ above
        let chunk = PageGeometry.pagesPerChunk.rawValue
        var longest = before.longest
        if run >= longest {
            longest = max(below, above)
            // No other run can be longer than everything outside this one.
            if longest &+ run < chunk { return summarized(longestFrom: longest, to: before.longest) }
        }
        // The run at the low end begins with page 0; taking a part of it leaves what lies below that part.
        let start = first.rawValue < before.start ? below : before.start
        let end = first.rawValue &+ count.rawValue > chunk &- before.end ? above : before.end
        return PageSummary(start: start, longest: longest, end: end)
    }
}
