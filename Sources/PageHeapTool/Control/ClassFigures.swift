import CPageHeap

/// What a heap has of one size class, or of large blocks. As the process says it, which may be hostile: sums saturate.
struct ClassFigures: Hashable, Sendable {
    /// The size of a block; zero for large blocks, which have no common size.
    let block: ByteCount
    let spans: UInt64
    /// Of all spans.
    let bytes: ByteCount
    let blocks: UInt64
    let usedBlocks: UInt64
    let threadCacheBlocks: UInt64
    let transferBlocks: UInt64
    /// Physical pages inside spans that were given back.
    let released: ByteCount
    /// Free bytes that share a physical page with a block that is not free.
    let pinned: ByteCount

    init(_ figures: pageheap_class) {
        block = ByteCount(figures.block_bytes)
        spans = figures.spans
        bytes = ByteCount(figures.span_bytes)
        blocks = figures.blocks
        usedBlocks = figures.used_blocks
        threadCacheBlocks = figures.thread_cache_blocks
        transferBlocks = figures.transfer_blocks
        released = ByteCount(figures.released_bytes)
        pinned = ByteCount(figures.pinned_bytes)
    }

    /// Whether these are the large blocks.
    var isLarge: Bool { block == .zero }

    /// Blocks that the program has.
    var programBlocks: UInt64 {
        let cached = threadCacheBlocks.addingReportingOverflow(transferBlocks)
        let free = cached.overflow ? .max : cached.partialValue
        return usedBlocks > free ? usedBlocks - free : 0
    }

    /// Bytes of a number of blocks of the class.
    func bytes(of count: UInt64) -> ByteCount {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: block.rawValue)
        return ByteCount(overflow ? .max : bytes)
    }
}

extension [ClassFigures] {
    /// Bytes of free small blocks in threads' caches.
    var threadCacheBytes: ByteCount { reduce(.zero) { $0 + $1.bytes(of: $1.threadCacheBlocks) } }

    /// Bytes of free small blocks in transfer caches.
    var transferBytes: ByteCount { reduce(.zero) { $0 + $1.bytes(of: $1.transferBlocks) } }
}
