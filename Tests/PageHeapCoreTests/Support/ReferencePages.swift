import PageHeapCore

/// A slow, obvious page allocator: arrays of truth values, searched page by page. Pages are numbered from address 0.
struct ReferencePages {
    /// The pages of a chunk.
    struct Chunk {
        var used = Array(repeating: false, count: 512)
        var scavenged = Array(repeating: true, count: 512)
    }

    private(set) var chunks: [Int: Chunk] = [:]
    /// The chunks' numbers, sorted.
    private(set) var numbers: [Int] = []
    private(set) var freePages = 0
    private(set) var scavengedPages = 0

    mutating func grow(_ chunk: Int) {
        chunks[chunk] = Chunk()
        numbers = chunks.keys.sorted()
        freePages += 512
        scavengedPages += 512
    }

    func has(_ chunk: Int) -> Bool { chunks[chunk] != nil }

    func isUsed(_ page: Int) -> Bool { chunks[page >> 9]?.used[page & 511] ?? true }

    func isScavenged(_ page: Int) -> Bool { chunks[page >> 9]?.scavenged[page & 511] ?? false }

    /// The lowest run of free pages that is long enough.
    func firstRun(_ count: Int) -> Int? {
        var run = 0
        var last = -2
        for number in numbers {
            guard let used = chunks[number]?.used else { continue }
            if number != last + 1 { run = 0 }
            last = number
            for page in 0..<512 {
                run = used[page] ? 0 : run + 1
                if run == count { return number << 9 + page - count + 1 }
            }
        }
        return nil
    }

    /// The lowest run if it is aligned, else the lowest one with room for an aligned run.
    func firstRun(_ count: Int, alignment: Int) -> Int? {
        guard let lowest = firstRun(count) else { return nil }
        if lowest % alignment == 0 { return lowest }
        return firstRun(count + alignment - 1).map { ($0 + alignment - 1) / alignment * alignment }
    }

    /// Takes free pages. Answers how many of them were scavenged.
    mutating func take(_ page: Int, _ count: Int) -> Int {
        var scavenged = 0
        forEachChunk(page, count) { chunk, pages in
            for page in pages {
                if chunk.scavenged[page] { scavenged += 1 }
                chunk.used[page] = true
                chunk.scavenged[page] = false
            }
        }
        freePages -= count
        scavengedPages -= scavenged
        return scavenged
    }

    /// Puts pages back, as scavenged ones or not.
    mutating func put(_ page: Int, _ count: Int, scavenged: Bool = false) {
        forEachChunk(page, count) { chunk, pages in
            for page in pages {
                chunk.used[page] = false
                chunk.scavenged[page] = scavenged
            }
        }
        freePages += count
        if scavenged { scavengedPages += count }
    }

    /// Notes that free pages have been released.
    mutating func release(_ page: Int) {
        chunks[page >> 9]?.scavenged[page & 511] = true
        scavengedPages += 1
    }

    /// Whether an aligned group of pages is left that could be released.
    func hasCandidate(group: Int) -> Bool {
        chunks.values.contains { chunk in
            stride(from: 0, to: 512, by: group).contains { first in
                (first..<(first + group)).allSatisfy { !chunk.used[$0] && !chunk.scavenged[$0] }
            }
        }
    }

    private mutating func forEachChunk(_ page: Int, _ count: Int, _ body: (inout Chunk, Range<Int>) -> Void) {
        var first = page
        while first < page + count {
            let end = min(page + count, (first >> 9 + 1) << 9)
            if var chunk = chunks.removeValue(forKey: first >> 9) {
                body(&chunk, (first & 511)..<(first & 511 + end - first))
                chunks[first >> 9] = chunk
            }
            first = end
        }
    }
}
