/// The state of the physical pages of one aligned 4 MiB block of simulated address space.
struct SimulatedBlock {
    /// The binary logarithm of the size of a block in bytes.
    static var shift: UInt { 22 }

    /// One bit per physical page: whether it is accessible.
    private(set) var ready: [UInt64]
    /// One bit per physical page: whether it is resident, that is, touched since it was made accessible or released.
    private(set) var resident: [UInt64]
    /// One bit per physical page: whether it was resident and then released.
    private var wasReleased: [UInt64]

    /// - Parameter pages: the number of physical pages in a block.
    init(pages: Int) {
        ready = Array(repeating: 0, count: (pages + 63) / 64)
        resident = ready
        wasReleased = ready
    }

    /// Makes pages accessible.
    mutating func makeReady(_ pages: Range<Int>) {
        Self.forEachWord(pages) { ready[$0] |= $1 }
    }

    /// Whether all of the given pages are accessible.
    func isReady(_ pages: Range<Int>) -> Bool {
        var all = true
        Self.forEachWord(pages) { all = all && ready[$0] & $1 == $1 }
        return all
    }

    /// Whether a page is resident.
    func isResident(_ page: Int) -> Bool { resident[page / 64] >> UInt64(page % 64) & 1 != 0 }

    /// Makes pages resident. Returns how many were not, and how many of these had been before they were released.
    mutating func touch(_ pages: Range<Int>) -> (faults: Int, again: Int) {
        var (faults, again) = (0, 0)
        Self.forEachWord(pages) { index, mask in
            let missing = mask & ~resident[index]
            if missing == 0 { return }
            faults += missing.nonzeroBitCount
            again += (missing & wasReleased[index]).nonzeroBitCount
            resident[index] |= mask
        }
        return (faults, again)
    }

    /// Takes it that pages that are not resident never were.
    mutating func forget(_ pages: Range<Int>) {
        Self.forEachWord(pages) { wasReleased[$0] &= ~$1 }
    }

    /// Releases the memory of pages. Returns how many were resident.
    mutating func release(_ pages: Range<Int>) -> Int {
        var released = 0
        Self.forEachWord(pages) { index, mask in
            released += (mask & resident[index]).nonzeroBitCount
            wasReleased[index] |= mask & resident[index]
            resident[index] &= ~mask
        }
        return released
    }

    /// Removes memory and access. Returns how many pages were resident.
    mutating func cancel(_ pages: Range<Int>) -> Int {
        let released = release(pages)
        Self.forEachWord(pages) { index, mask in
            ready[index] &= ~mask
            wasReleased[index] &= ~mask
        }
        return released
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
