import Synchronization

/// Bytes of blocks that are with threads' caches or the program: a count for each of 16 groups of size classes, each on a
/// cache line of its own, so that threads that work with different classes do not take one line from each other.
///
/// Lies in memory that does not move, and is right when it is zero. One count may be below zero in between, because a block
/// that was counted in one group never leaves another; only the sum means something.
package struct LiveBytes: ~Copyable {
    private static var groups: Int { 16 }
    private static var wordsPerLine: Int { 8 }

    private var words: InlineArray<128, UInt>

    package init() { words = InlineArray(repeating: 0) }

    @inline(__always)
    private static func count(_ bytes: UnsafeMutablePointer<LiveBytes>, _ group: Int) -> UnsafeMutablePointer<
        Atomic<UInt>
    > {
        UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: Atomic<UInt>.self)
            + (group & (groups - 1)) * wordsPerLine
    }

    /// Bytes have left for a cache or the program. Relaxed: a figure.
    @inline(__always)
    static func add(_ more: UInt, to bytes: UnsafeMutablePointer<LiveBytes>, group: Int) {
        count(bytes, group).pointee.wrappingAdd(more, ordering: .relaxed)
    }

    /// Bytes have come back. Sequentially consistent, before the look whether the worker is parked: see `Heap.beginPark`.
    @inline(__always)
    static func subtract(_ less: UInt, from bytes: UnsafeMutablePointer<LiveBytes>, group: Int) {
        count(bytes, group).pointee.wrappingSubtract(less, ordering: .sequentiallyConsistent)
    }

    /// The sum. Each count is read sequentially consistent, for the worker that is about to park.
    static func total(_ bytes: UnsafeMutablePointer<LiveBytes>) -> ByteCount {
        var sum: UInt = 0
        for group in 0..<groups { sum &+= count(bytes, group).pointee.load(ordering: .sequentiallyConsistent) }
        // Counts of different moments may seem to come to less than nothing.
        return ByteCount(Int(bitPattern: sum) < 0 ? 0 : sum)
    }
}
