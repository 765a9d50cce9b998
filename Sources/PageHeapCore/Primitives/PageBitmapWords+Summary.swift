extension PageBitmapWords {
    /// Returns the summary of the chunk's zeros.
    ///
    /// A first pass over the words finds the runs that touch the end of a word. Only if a run inside a word could be
    /// longer are the words examined bit by bit, and then with doubling shifts that first require a run longer than the
    /// longest known one.
    ///
    /// - Parameters:
    ///   - least: a known lower bound of the longest run, in pages.
    ///   - most: a known upper bound of the longest run, in pages.
    /// - Complexity: 8 words, and O(log 64) more if inner runs matter.
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

    /// Returns the length of the longest run of zeros inside one word, if it is longer than `known`; else `known`.
    /// Works on all words at once.
    @inline(__always)
    private func longestInnerRun(above known: Int) -> Int {
        var runs = ~SIMD8<UInt64>(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7))
        // Shorten every run by `known`: ones that are left belong to longer runs.
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
