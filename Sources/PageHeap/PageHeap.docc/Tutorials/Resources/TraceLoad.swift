import PageHeap

/// A cache that is filled to 1 GiB, and then loses nine of ten entries.
struct Cache: ~Copyable {
    private let entries: [Entry]

    init(on heap: PagedHeap, entries count: Int) throws {
        entries = try (0..<count).map { _ in Entry(try heap.allocate(byteCount: 1 << 20)) }
    }

    /// What is left after an expiry.
    init(keepingEveryTenthOf other: consuming Cache) {
        entries = other.entries.enumerated().filter { $0.offset % 10 == 0 }.map(\.element)
    }
}

/// An owner of pages that an array can hold.
private final class Entry {
    private var run: PageRun

    /// Writes to all pages, so that they have memory.
    init(_ run: consuming PageRun) {
        self.run = run
        self.run.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 1) }
    }
}
