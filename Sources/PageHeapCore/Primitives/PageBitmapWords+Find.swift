extension PageBitmapWords {
    /// Returns the first run of `count` zeros at or after the word that holds `start`, and the first zero seen on the
    /// way. A run may cross words.
    ///
    /// - Parameters:
    ///   - count: 1 to 512.
    ///   - start: no page below it is free; the search begins with the lowest page of its word.
    /// - Complexity: one look at each word, and O(log count) more for each that could hold a run.
    @inline(__always)
    package func findRun(ofFree count: PageCount, from start: PageIndex) -> PageSearchResult {
        count == 1 ? findOne(from: start) : findMany(count, from: start)
    }

    @inline(__always)
    private func findOne(from start: PageIndex) -> PageSearchResult {
        var index = Int(bitPattern: start.rawValue &>> 6)
        while index < Self.wordCount {
            let free = ~word(index)
            if free != 0 {
                let page = PageIndex(UInt(bitPattern: index &* 64 &+ free.trailingZeroBitCount))
                return PageSearchResult(page: page, firstFree: page)
            }
            index &+= 1
        }
        return PageSearchResult(page: nil, firstFree: 0)
    }

    @inline(__always)
    private func findMany(_ count: PageCount, from start: PageIndex) -> PageSearchResult {
        let needed = Int(bitPattern: count.rawValue)
        var firstFree: PageIndex?
        var runStart = 0
        var run = 0  // length of the free run that ends where this word begins
        var index = Int(bitPattern: start.rawValue &>> 6)
        while index < Self.wordCount {
            let free = ~word(index)
            if free != 0 && firstFree == nil {
                firstFree = PageIndex(UInt(bitPattern: index &* 64 &+ free.trailingZeroBitCount))
            }
            if free == .max {
                if run == 0 { runStart = index &* 64 }
                run &+= 64
            } else {
                let low = (~free).trailingZeroBitCount
                if run &+ low >= needed {
                    if run == 0 { runStart = index &* 64 }
                    run = needed
                } else {
                    if needed <= 64 {
                        let inside = BitOperations.firstRun(ofOnes: free, count: needed)
                        if inside < 64 {
                            return PageSearchResult(
                                page: PageIndex(UInt(bitPattern: index &* 64 &+ inside)), firstFree: firstFree ?? 0)
                        }
                    }
                    run = (~free).leadingZeroBitCount
                    runStart = index &* 64 &+ 64 &- run
                }
            }
            if run >= needed {
                return PageSearchResult(page: PageIndex(UInt(bitPattern: runStart)), firstFree: firstFree ?? 0)
            }
            index &+= 1
        }
        return PageSearchResult(page: nil, firstFree: firstFree ?? 0)
    }
}

/// The result of a search in a chunk's bitmap.
package struct PageSearchResult {
    /// The first page of the run, or `nil` if there is none.
    package var page: PageIndex?
    /// The first free page seen, where the next search may start. Meaningless if the bitmap has no free page.
    package var firstFree: PageIndex
}
