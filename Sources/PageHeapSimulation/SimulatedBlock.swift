/// What is known of the physical pages of one aligned 4 MiB block of pretended address space.
struct SimulatedBlock {
    /// log2 of the bytes of a block.
    static var shift: UInt { 22 }

    /// A bit for each physical page that is accessible.
    private(set) var ready: [UInt64]
    /// A bit for each physical page that has memory: touched since it was made accessible or released.
    private(set) var resident: [UInt64]

    /// - Parameter pages: physical pages of a block.
    init(pages: Int) {
        ready = Array(repeating: 0, count: (pages + 63) / 64)
        resident = ready
    }

    /// Makes pages accessible.
    mutating func makeReady(_ pages: Range<Int>) {
        Self.forEachWord(pages) { ready[$0] |= $1 }
    }

    /// Whether all of some pages are accessible.
    func isReady(_ pages: Range<Int>) -> Bool {
        var all = true
        Self.forEachWord(pages) { all = all && ready[$0] & $1 == $1 }
        return all
    }

    /// Gives pages memory. Answers how many had none.
    mutating func touch(_ pages: Range<Int>) -> Int {
        var faults = 0
        Self.forEachWord(pages) { index, mask in
            faults += (mask & ~resident[index]).nonzeroBitCount
            resident[index] |= mask
        }
        return faults
    }

    /// Takes the memory of pages away. Answers how many had some.
    mutating func release(_ pages: Range<Int>) -> Int {
        var released = 0
        Self.forEachWord(pages) { index, mask in
            released += (mask & resident[index]).nonzeroBitCount
            resident[index] &= ~mask
        }
        return released
    }

    /// Takes memory and access away. Answers how many pages had memory.
    mutating func cancel(_ pages: Range<Int>) -> Int {
        Self.forEachWord(pages) { ready[$0] &= ~$1 }
        return release(pages)
    }

    private static func forEachWord(_ pages: Range<Int>, _ body: (Int, UInt64) -> Void) {
        var page = pages.lowerBound
        while page < pages.upperBound {
            let bit = page % 64
            let count = min(64 - bit, pages.upperBound - page)
            body(page / 64, (UInt64.max >> UInt64(64 - count)) << UInt64(bit))
            page += count
        }
    }
}
