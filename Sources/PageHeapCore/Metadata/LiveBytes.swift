import Synchronization

/// Counts the bytes of blocks held by thread caches or by the program, in a counter per shard, each on a cache line of its
/// own, so that threads on different processors do not share a line.
///
/// Must lie in memory that does not move; valid when zero-initialised. A block may enter in one shard and leave in
/// another, so a single counter may be below zero; only the sum is meaningful.
package struct LiveBytes: ~Copyable {
    private static var wordsPerLine: Int { 8 }

    private var words: InlineArray<512, UInt>

    package init() { words = InlineArray(repeating: 0) }

    @inline(__always)
    private static func count(
        _ bytes: UnsafeMutablePointer<LiveBytes>, _ shard: Int
    ) -> UnsafeMutablePointer<Atomic<UInt>> {
        UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: Atomic<UInt>.self) + shard * wordsPerLine
    }

    /// Adds `more` bytes that left for a thread cache or the program. Relaxed: a figure.
    @inline(__always)
    static func add(_ more: UInt, to bytes: UnsafeMutablePointer<LiveBytes>, _ shard: ShardIndex) {
        noteSharedWrite(to: count(bytes, shard.index).pointee)
        count(bytes, shard.index).pointee.wrappingAdd(more, ordering: .relaxed)
    }

    /// Subtracts `less` bytes that came back. Sequentially consistent, and before the check whether the worker is
    /// parked: either the freeing thread sees the worker parked, or the worker sees the new count. See
    /// `WorkerRequests.park`.
    @inline(__always)
    static func subtract(_ less: UInt, from bytes: UnsafeMutablePointer<LiveBytes>, _ shard: ShardIndex) {
        noteSharedWrite(to: count(bytes, shard.index).pointee)
        count(bytes, shard.index).pointee.wrappingSubtract(less, ordering: .sequentiallyConsistent)
    }

    /// Returns the sum of all counters. The loads are sequentially consistent, for the worker that is about to park.
    static func total(_ bytes: UnsafeMutablePointer<LiveBytes>) -> ByteCount {
        var sum: UInt = 0
        for shard in 0..<Tunables.shardLimit {
            sum &+= count(bytes, shard).pointee.load(ordering: .sequentiallyConsistent)
        }
        // The counters are not read at one moment, so the sum may come out negative.
        return ByteCount(Int(bitPattern: sum) < 0 ? 0 : sum)
    }
}
