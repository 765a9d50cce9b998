import Synchronization

/// Counts the bytes of blocks held by thread caches or by the program, in 16 counters on separate cache lines: one for
/// each group of size classes, so that threads working with different classes do not share a line.
///
/// Must lie in memory that does not move; valid when zero-initialised. A block enters and leaves in the same group. A
/// single counter may be below zero for a moment; only the sum is meaningful.
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

    /// Adds `more` bytes that left for a thread cache or the program. Relaxed: a figure.
    @inline(__always)
    static func add(_ more: UInt, to bytes: UnsafeMutablePointer<LiveBytes>, group: Int) {
        count(bytes, group).pointee.wrappingAdd(more, ordering: .relaxed)
    }

    /// Subtracts `less` bytes that came back. Sequentially consistent, and before the check whether the worker is
    /// parked: either the freeing thread sees the worker parked, or the worker sees the new count. See
    /// `WorkerRequests.park`.
    @inline(__always)
    static func subtract(_ less: UInt, from bytes: UnsafeMutablePointer<LiveBytes>, group: Int) {
        count(bytes, group).pointee.wrappingSubtract(less, ordering: .sequentiallyConsistent)
    }

    /// Returns the sum of all counters. The loads are sequentially consistent, for the worker that is about to park.
    static func total(_ bytes: UnsafeMutablePointer<LiveBytes>) -> ByteCount {
        var sum: UInt = 0
        for group in 0..<groups { sum &+= count(bytes, group).pointee.load(ordering: .sequentiallyConsistent) }
        // The counters are not read at one moment, so the sum may come out negative.
        return ByteCount(Int(bitPattern: sum) < 0 ? 0 : sum)
    }
}
