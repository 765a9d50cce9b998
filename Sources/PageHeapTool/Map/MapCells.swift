/// A heap's map made small: how many pages of each state lie in each cell of the address space.
///
/// A cell is a power of two of pages and lies at a multiple of its size, so cells of the same size are the same addresses in all
/// maps of a process. Cells have counts, not only the commonest state, so that they can be joined as a heap grows and still
/// say exactly what lies in them.
struct MapCells: Hashable, Sendable {
    /// The pages of a cell by state. A page that is not the heap's does not count.
    typealias Counts = SIMD8<UInt32>

    /// Cells that follow one another, from the first to the last one that hold a page of the heap.
    struct Stretch: Hashable, Sendable {
        /// The number of the first cell: its address in cells.
        var first: UInt64
        var counts: [Counts]

        /// The number after that of the last cell.
        var end: UInt64 { first + UInt64(counts.count) }
    }

    let pageBytes: Int
    private(set) var pagesPerCell = 1
    private(set) var stretches: [Stretch] = []
    private let limit: Int
    /// The number of the next page of the range that is being added.
    private var page: UInt64 = 0
    /// Whether the last stretch is of that range.
    private var isOpen = false

    /// The most cells of a map.
    static let usualLimit = 8192

    /// - Parameter limit: the most cells. It must exceed the number of ranges, which each have one.
    init(pageBytes: Int, limit: Int = Self.usualLimit) {
        self.pageBytes = pageBytes
        self.limit = limit
    }

    /// Begins a range of pages, whose entries are to be added.
    mutating func beginRange(at address: UInt64) {
        page = address / UInt64(pageBytes)
        isOpen = false
    }

    /// Adds the next pages of the range.
    mutating func add(_ entries: [UInt16]) {
        var start = 0
        while start < entries.count {
            let entry = entries[start]
            var end = start + 1
            while end < entries.count, entries[end] == entry { end += 1 }
            let state = PageState(entry)
            if state != .absent { count(state, pages: end - start) }
            page += UInt64(end - start)
            start = end
        }
    }

    /// Counts pages of one state, from the next page on.
    private mutating func count(_ state: PageState, pages: Int) {
        let end = page + UInt64(pages)
        var next = page
        while next < end {
            let cell = makeCell(of: next)
            let size = UInt64(pagesPerCell)
            let part = min(end, (next / size + 1) * size) - next
            stretches[stretches.count - 1].counts[cell][Int(state.rawValue)] += UInt32(part)
            next += part
        }
    }

    /// Returns the place in the last stretch of the cell that holds a page. Joins cells if there would be too many.
    private mutating func makeCell(of page: UInt64) -> Int {
        if !isOpen {
            stretches.append(Stretch(first: page / UInt64(pagesPerCell), counts: []))
            isOpen = true
        }
        while true {
            let last = stretches.count - 1
            let cell = Int(page / UInt64(pagesPerCell) - stretches[last].first)
            let others = stretches[..<last].reduce(0) { $0 + $1.counts.count }
            if others + cell < limit {
                let missing = cell + 1 - stretches[last].counts.count
                if missing > 0 { stretches[last].counts += Array(repeating: .zero, count: missing) }
                return cell
            }
            join()
        }
    }

    /// Joins two cells each.
    mutating func join() {
        pagesPerCell *= 2
        for number in stretches.indices {
            let before = stretches[number]
            let first = before.first / 2
            var joined = [Counts](repeating: .zero, count: Int((before.end + 1) / 2 - first))
            for (offset, counts) in before.counts.enumerated() {
                joined[Int((before.first + UInt64(offset)) / 2 - first)] &+= counts
            }
            stretches[number] = Stretch(first: first, counts: joined)
        }
    }

    /// The state that most of a cell's pages have.
    static func state(of counts: Counts) -> PageState {
        PageState.commonest(PageState.allCases.map { Int(counts[Int($0.rawValue)]) })
    }

    /// The bytes of each state, in the order of ``PageState``.
    var bytes: [ByteCount] {
        PageState.allCases.map { state in
            let pages = stretches.reduce(UInt64(0)) { sum, stretch in
                stretch.counts.reduce(sum) { $0 + UInt64($1[Int(state.rawValue)]) }
            }
            return ByteCount(pages * UInt64(pageBytes))
        }
    }

    /// What the heap keeps: all pages but those that were given back.
    var held: ByteCount {
        zip(PageState.allCases, bytes).reduce(.zero) { sum, part in
            part.0 == .released || part.0 == .absent ? sum : sum + part.1
        }
    }
}

extension MapCells {
    /// How many entries are read at a time.
    private static let piece = 1 << 16

    /// Reads a map from a process's page, a piece at a time: whole, that of a heap of 512 GiB takes 128 MiB. Nil if it makes no
    /// sense.
    init?(file: borrowing ControlFile, at offset: Int, room: Int) {
        guard let head = HeapMap.Head(file: file, at: offset, room: room) else { return nil }
        self.init(pageBytes: head.pageBytes)
        for range in head.ranges {
            beginRange(at: range.address)
            var done = 0
            while done < range.pages {
                let count = min(range.pages - done, Self.piece)
                guard let entries = file.read(UInt16(0), count: count, at: range.place + done * 2) else { return nil }
                add(entries)
                done += count
            }
        }
    }
}
