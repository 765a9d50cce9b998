import PageHeapTrace

/// The blocks of a trace that are in use: what a replay must remember of what it has read.
///
/// A trace may begin after its program did, and may lack events. So a free of an unknown block is counted and left out, and a
/// block that is handed out again while it is in use was freed in between.
struct LiveBlocks<Place> {
    struct Block {
        var place: Place
        /// The size that was asked for, in bytes.
        var bytes: UInt64
    }

    private var blocks: [UInt64: Block] = [:]

    var count: Int { blocks.count }
    /// The size of all blocks in bytes.
    private(set) var bytes: UInt64 = 0

    /// Adds a block. The number is free: ``remove(_:)`` was called.
    mutating func add(_ number: UInt64, _ place: Place, _ bytes: UInt64) {
        blocks[number] = Block(place: place, bytes: bytes)
        self.bytes &+= bytes
    }

    /// Removes a block; nil if there is none of that number.
    mutating func remove(_ number: UInt64) -> Block? {
        guard let block = blocks.removeValue(forKey: number) else { return nil }
        bytes &-= block.bytes
        return block
    }
}

/// What a replay has done with the events of a trace.
package struct EventCounts: Hashable, Sendable {
    package var allocations: UInt64 = 0
    package var frees: UInt64 = 0
    package var reallocations: UInt64 = 0
    /// The number of threads that had events.
    package var threads: UInt64 = 0
    /// Frees and reallocations of blocks that the trace does not say were allocated, and allocations where another block still
    /// was.
    package var unmatched: UInt64 = 0
    /// Requests that the allocator refused.
    package var refused: UInt64 = 0

    package init() {}

    package var total: UInt64 { allocations + frees + reallocations }
}
