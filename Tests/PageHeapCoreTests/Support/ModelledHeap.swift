import PageHeapCore
import PageHeapSimulation

/// A page allocator and the slow reference beside it: every operation is carried out on both and compared.
struct ModelledHeap {
    let heap: TestHeap
    var model = ReferencePages()
    /// Runs in use.
    private(set) var live: [Range<Int>] = []
    private(set) var caches: [PageCache] = []
    /// The largest number of chunks that it grows to.
    private let chunkLimit: Int

    init(_ scenario: ModelScenario) throws {
        heap = try TestHeap(physicalPage: scenario.physicalPage, hugePage: scenario.hugePage)
        chunkLimit = scenario.shape.chunkLimit
    }

    /// Carries out a step. It does nothing if what it refers to does not exist.
    mutating func perform(_ operation: ModelOperation) throws {
        switch operation {
        case .grow(let place, let chunks): try grow(place, chunks: chunks)
        case .allocate(let count): try allocate(count)
        case .allocateAligned(let count, let alignment): try allocate(count, alignment: alignment)
        case .takeAt(let place, let count):
            guard let page = page(at: place) else { return }
            try take(page..<(page + count))
        case .fillCache: try fillCache()
        case .startGeneration(let atTop): heap.simulation.search.startGeneration(atTop: atTop, using: heap.system)
        case .scavenge(let bytes): try scavenge(ByteCount(UInt(bytes)))
        case .scavengeAll: try scavengeAll()
        case .allocateFromCache(let cache, let count):
            if !caches.isEmpty { try allocateFromCache(cache % caches.count, count) }
        case .flushCache(let cache): if !caches.isEmpty { flushCache(cache % caches.count) }
        case .extend(let run, _), .free(let run), .trimLow(let run, _), .trimHigh(let run, _),
            .freeInside(let run, _, _), .freeNeighbours(let run):
            if !live.isEmpty { try perform(operation, on: run % live.count) }
        }
    }

    /// Carries out a step on a run in use.
    private mutating func perform(_ operation: ModelOperation, on index: Int) throws {
        let run = live[index]
        switch operation {
        case .extend(_, let count): try take(run.upperBound..<(run.upperBound + count))
        case .trimLow(_, let count): free(index, run.lowerBound..<(run.lowerBound + min(count, run.count)))
        case .trimHigh(_, let count): free(index, (run.upperBound - min(count, run.count))..<run.upperBound)
        case .freeInside(_, let from, let count):
            let first = run.lowerBound + from % run.count
            free(index, first..<min(first + count, run.upperBound))
        case .freeNeighbours:
            guard let next = live.firstIndex(where: { $0.lowerBound == run.upperBound }) else { return }
            let whole = run.lowerBound..<live[next].upperBound
            live[index] = whole
            live.remove(at: next)
            if let joined = live.firstIndex(of: whole) { free(joined, whole) }
        default: free(index, run)
        }
    }

    private mutating func grow(_ chunk: Int, chunks: Int) throws {
        let pages = (chunk << 9)..<((chunk + chunks) << 9)
        guard chunk + chunks <= PageGeometry.row.chunkCount, model.chunkCount + chunks <= chunkLimit,
            model.pages.count(in: pages) == 0
        else { return }
        try heap.grow(ChunkIndex(UInt(chunk)), chunks: UInt(chunks))
        model.grow(pages)
    }

    private mutating func allocate(_ count: Int, alignment: Int = 1) throws {
        let expected = model.free.firstFit(count, alignment: alignment)
        let pages = PageCount(UInt(count))
        let got =
            alignment == 1
            ? heap.simulation.pages.allocate(pages)
            : heap.simulation.pages.allocate(pages, alignment: PageCount(UInt(alignment)))
        try check("page", expected, got.map { Self.page($0.base) })
        if let got { try note(Self.page(got.base), count, scavenged: got.scavenged) }
    }

    /// Takes the pages that the allocator returned in the model, too.
    private mutating func note(_ first: Int, _ count: Int, scavenged: ByteCount) throws {
        let expected = model.take(first..<(first + count))
        try check("scavenged bytes", expected * 8192, Int(scavenged.rawValue))
        live.append(first..<(first + count))
    }

    /// A page somewhere in the heap, or just outside of it.
    private func page(at place: Int) -> Int? {
        let ranges = model.pages.runs
        guard !ranges.isEmpty else { return nil }
        let range = ranges[place % ranges.count]
        return max(0, range.lowerBound - 2 + place / ranges.count % (range.count + 4))
    }

    /// Takes certain pages, if all of them are free.
    private mutating func take(_ pages: Range<Int>) throws {
        let base = Self.address(pages.lowerBound)
        let count = PageCount(UInt(pages.count))
        let scavenged = heap.simulation.pages.allocate(count, at: base)
        try check("pages \(pages) are free", model.free.contains(pages), scavenged != nil)
        guard let scavenged else { return }
        try note(pages.lowerBound, pages.count, scavenged: scavenged)
    }

    /// Frees a part of a run; the rest stays in use.
    private mutating func free(_ index: Int, _ pages: Range<Int>) {
        let run = live.remove(at: index)
        heap.simulation.pages.free(base: Self.address(pages.lowerBound), count: PageCount(UInt(pages.count)))
        model.put(pages)
        if run.lowerBound < pages.lowerBound { live.append(run.lowerBound..<pages.lowerBound) }
        if pages.upperBound < run.upperBound { live.append(pages.upperBound..<run.upperBound) }
    }

    // MARK: Caches

    private mutating func fillCache() throws {
        let cache = heap.simulation.pages.allocateToCache()
        let first = model.free.firstFit(1)
        try check("a cache", first != nil, !cache.isEmpty)
        guard let first else { return }
        let base = first & ~63
        try check("cache base", base, Self.page(cache.base))
        let word = base >> 6 & 7
        let free = ReferencePages.words(of: model.free, chunk: base >> 9)[word]
        let scavenged = ReferencePages.words(of: model.scavenged, chunk: base >> 9)[word]
        try check("pages of a cache", free, cache.free)
        try check("scavenged pages of a cache", scavenged, cache.scavenged)
        for part in model.free.parts(of: base..<(base + 64)) { _ = model.take(part) }
        caches.append(cache)
    }

    private mutating func allocateFromCache(_ index: Int, _ count: Int) throws {
        let before = caches[index]
        let inRow = (0...(64 - count)).first { first in
            (first..<(first + count)).allSatisfy { before.free >> UInt64($0) & 1 == 1 }
        }
        let got = caches[index].allocate(PageCount(UInt(count)))
        let page = inRow.map { Self.page(before.base) + $0 }
        try check("page of a cache", page, got.map { Self.page($0.base) })
        if let page { live.append(page..<(page + count)) }
    }

    private mutating func flushCache(_ index: Int) {
        var cache = caches.remove(at: index)
        let base = Self.page(cache.base)
        for bit in 0..<64 where cache.free >> UInt64(bit) & 1 == 1 {
            model.put((base + bit)..<(base + bit + 1), scavenged: cache.scavenged >> UInt64(bit) & 1 == 1)
        }
        heap.simulation.pages.flush(&cache)
    }

    static func page(_ address: OffsetAddress) -> Int { Int(address.rawValue >> 13) }

    static func address(_ page: Int) -> OffsetAddress { OffsetAddress(UInt(page) << 13) }
}
