import PageHeapCore
import PageHeapSimulation

/// A page allocator and the slow reference beside it: every operation is carried out on both and compared.
struct ModelledHeap {
    private let heap: TestHeap
    private let group: Int
    private var model = ReferencePages()
    /// Runs in use: first page and page count.
    private(set) var live: [(page: Int, count: Int)] = []
    private var caches: [PageCache] = []

    /// What the two disagreed on.
    struct Disagreement: Error { let text: String }

    init(physicalPage: ByteCount, hugePage: ByteCount) throws {
        heap = try TestHeap(physicalPage: physicalPage, hugePage: hugePage)
        group = Int(heap.simulation.machine.pagesPerPhysicalPage.rawValue)
    }

    var chunkCount: Int { model.numbers.count }
    var cacheCount: Int { caches.count }

    func has(_ chunk: Int) -> Bool { model.has(chunk) }

    mutating func grow(_ chunk: Int) throws {
        try heap.grow(ChunkIndex(UInt(chunk)), chunks: 1)
        model.grow(chunk)
    }

    mutating func allocate(_ count: Int, alignment: Int) throws {
        let expected = alignment == 1 ? model.firstRun(count) : model.firstRun(count, alignment: alignment)
        let got = heap.simulation.pages.allocate(PageCount(UInt(count)), alignment: PageCount(UInt(alignment)))
        try check("page", expected, got.map { Self.page($0.base) })
        guard let expected, let got else { return }
        let scavenged = model.take(expected, count)
        try check("scavenged bytes", scavenged * 8192, Int(got.scavenged.rawValue))
        live.append((expected, count))
    }

    /// Frees a part of a run; what is left of it stays live.
    mutating func free(_ index: Int, from first: Int, count: Int) {
        let run = live.remove(at: index)
        heap.simulation.pages.free(base: Self.address(run.page + first), count: PageCount(UInt(count)))
        model.put(run.page + first, count)
        if first > 0 { live.append((run.page, first)) }
        if first + count < run.count { live.append((run.page + first + count, run.count - first - count)) }
    }

    mutating func fillCache() throws {
        let cache = heap.simulation.pages.allocateToCache()
        let first = model.firstRun(1)
        try check("a cache", first != nil, !cache.isEmpty)
        guard let first else { return }
        let base = first & ~63
        try check("cache base", base, Self.page(cache.base))
        for page in base..<(base + 64) {
            let isFree = !model.isUsed(page)
            try check("cached page \(page)", isFree, cache.free >> UInt64(page - base) & 1 == 1)
            let wasScavenged = isFree && model.take(page, 1) == 1
            try check("scavenged page \(page)", wasScavenged, cache.scavenged >> UInt64(page - base) & 1 == 1)
        }
        caches.append(cache)
    }

    mutating func allocateFromCache(_ index: Int, _ count: Int) throws {
        let before = caches[index]
        let inRow = (0...(64 - count)).first { first in
            (first..<(first + count)).allSatisfy { before.free >> UInt64($0) & 1 == 1 }
        }
        let got = caches[index].allocate(PageCount(UInt(count)))
        let page = inRow.map { Self.page(before.base) + $0 }
        try check("page of a cache", page, got.map { Self.page($0.base) })
        if let page { live.append((page, count)) }
    }

    mutating func flushCache(_ index: Int) {
        var cache = caches.remove(at: index)
        let base = Self.page(cache.base)
        for bit in 0..<64 where cache.free >> UInt64(bit) & 1 == 1 {
            model.put(base + bit, 1, scavenged: cache.scavenged >> UInt64(bit) & 1 == 1)
        }
        heap.simulation.pages.flush(&cache)
    }

    func startGeneration(atTop: Bool) { heap.simulation.search.startGeneration(atTop: atTop, using: heap.system) }

    /// Releases up to so many bytes: what was released must have been free and not released before.
    mutating func scavenge(_ bytes: ByteCount, everything: Bool) throws {
        let released = heap.scavenge(everything ? .maximum : bytes)
        var fresh = 0
        for number in model.numbers {
            let bitmaps = heap.simulation.pages.chunks[ChunkIndex(UInt(number))]
            for page in 0..<512 where bitmaps.scavenged.bit(PageIndex(UInt(page))) {
                let absolute = number << 9 + page
                if model.isScavenged(absolute) { continue }
                try check("released page \(absolute) in use", false, model.isUsed(absolute))
                model.release(absolute)
                fresh += 1
            }
        }
        try check("released bytes", fresh * 8192, Int(released.rawValue))
        if everything { try check("something left to release", false, model.hasCandidate(group: group)) }
    }

    /// Compares counts; `thoroughly` also the bitmaps and the allocator's own invariants.
    func check(thoroughly: Bool) throws {
        try check("free pages", model.freePages, Int(heap.simulation.pages.freePages.rawValue))
        try check("scavenged pages", model.scavengedPages, Int(heap.simulation.pages.scavengedPages.rawValue))
        guard thoroughly else { return }
        heap.simulation.pages.checkInvariants()
        try check("wrong system calls", [], heap.simulated.violations)
        for (number, chunk) in model.chunks {
            let bitmaps = heap.simulation.pages.chunks[ChunkIndex(UInt(number))]
            try check("pages in use", PageBitmap(chunk.used), bitmaps.allocated)
            try check("scavenged pages", PageBitmap(chunk.scavenged), bitmaps.scavenged)
        }
    }

    private func check(_ what: String, _ expected: PageBitmap, _ got: SharedPageBitmap) throws {
        for word in 0..<PageBitmap.wordCount { try check(what, expected.word(word), got.word(word)) }
    }

    private func check<Value: Equatable>(_ what: String, _ expected: Value, _ got: Value) throws {
        if expected != got { throw Disagreement(text: "\(what): expected \(expected), got \(got)") }
    }

    private static func page(_ address: OffsetAddress) -> Int { Int(address.rawValue >> 13) }

    private static func address(_ page: Int) -> OffsetAddress { OffsetAddress(UInt(page) << 13) }
}
