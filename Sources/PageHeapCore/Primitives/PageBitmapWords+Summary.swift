extension PageBitmapWords {
    /// The summary of the chunk's zeros.
    ///
    /// A first pass over the words finds the runs that touch a word's end; only words that could hold a longer run
    /// inside are looked at bit by bit, and by doubling shifts: a run of `longest` must be there before anything is
    /// counted.
    ///
    /// - Parameters:
    ///   - least: the longest run is known to have so many pages at least.
    ///   - most: and so many at the most.
    /// - Complexity: 8 words, and O(log 64) for each that matters.
    @inline(__always)
    package func summarized(
        longestFrom least: UInt = 0, to most: UInt = PageGeometry.pagesPerChunk.rawValue
    ) -> PageSummary {
        var start = -1
        var longest = Int(bitPattern: least)
        var run = 0
        for index in 0..<Self.wordCount {
            let bits = word(index)
            if bits == 0 {
                run &+= 64
                continue
            }
            run &+= bits.trailingZeroBitCount
            if start < 0 { start = run }
            longest = max(longest, run)
            run = bits.leadingZeroBitCount
        }
        if start < 0 { return .freeChunk }
        let end = run
        longest = max(longest, run)
        // A run inside one word, touching neither end, has at most 62 pages.
        if longest < 62 && longest < Int(bitPattern: most) { longest = longestInnerRun(above: longest) }
        return PageSummary(
            start: UInt(bitPattern: start), longest: UInt(bitPattern: longest), end: UInt(bitPattern: end))
    }

    /// The longest run of zeros inside one word, if it is longer than `known`; else `known`. All words at once.
    @inline(__always)
    private func longestInnerRun(above known: Int) -> Int {
        var runs = ~SIMD8<UInt64>(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7))
        // Shorten every run by `known`: what is left belongs to longer ones.
        var remaining = known
        var shift = 1
        while remaining > 0 {
            let step = min(shift, remaining)
            runs &= runs &>> SIMD8(repeating: UInt64(truncatingIfNeeded: step))
            if Self.isZero(runs) { return known }
            remaining &-= step
            shift &<<= 1
        }
        var length = known
        while !Self.isZero(runs) {
            runs &= runs &>> SIMD8(repeating: 1)
            length &+= 1
        }
        return length
    }

    @inline(__always)
    private static func isZero(_ words: SIMD8<UInt64>) -> Bool {
        let half = words.lowHalf | words.highHalf
        let quarter = half.lowHalf | half.highHalf
        return quarter.x | quarter.y == 0
    }
}
