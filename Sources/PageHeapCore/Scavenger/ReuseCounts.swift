import Synchronization

/// How much of what was released is used again soon: what a scavenger should regret.
///
/// Remembers when pages of a chunk were last released, in a coarse byte a chunk: seconds, counted from 1 to 255 and
/// around again, 0 for never. A byte a page would cost too much. So the figures are close, not exact: all released pages
/// of a chunk count as released when the last of them was; 4 minutes and 15 seconds later a chunk is taken for a fresh
/// one for a minute; and heaps of more than 16 GiB share the bytes. Releases of holes in spans are not among them.
///
/// All zero bytes are a beginning. Lies in memory that does not move; no lock is needed: figures.
package struct ReuseCounts: ~Copyable {
    private static var slots: UInt { 4096 }

    /// A byte for each slot. Relaxed: figures.
    private let seconds: InlineArray<512, UInt64>
    /// Bytes that were used again within a second, 10 and 60 seconds after their release, each among the next.
    package let within1 = Atomic<UInt>(0)
    package let within10 = Atomic<UInt>(0)
    package let within60 = Atomic<UInt>(0)

    package init() { seconds = InlineArray(repeating: 0) }

    /// Where the byte of a chunk lies.
    @inline(__always)
    private static func byte(
        _ counts: UnsafeMutablePointer<ReuseCounts>, _ chunk: ChunkIndex
    ) -> UnsafeMutablePointer<Atomic<UInt8>> {
        UnsafeMutableRawPointer(counts).assumingMemoryBound(to: Atomic<UInt8>.self)
            + Int(bitPattern: chunk.rawValue & (slots - 1))
    }

    private static func code(_ nanoseconds: Int64) -> UInt8 {
        UInt8(truncatingIfNeeded: UInt64(max(nanoseconds, 0)) / 1_000_000_000 % 255) + 1
    }

    /// Pages of a chunk have been released.
    ///
    /// - Parameter now: the monotonic clock, coarse.
    static func noteRelease(_ counts: UnsafeMutablePointer<ReuseCounts>, _ chunk: ChunkIndex, now: Int64) {
        byte(counts, chunk).pointee.store(code(now), ordering: .relaxed)
    }

    /// Pages without physical memory have been allocated, and will be faulted in.
    ///
    /// - Parameters:
    ///   - chunk: that of the first page.
    ///   - bytes: without physical memory.
    ///   - now: the monotonic clock, coarse.
    static func noteUse(
        _ counts: UnsafeMutablePointer<ReuseCounts>, _ chunk: ChunkIndex, _ bytes: ByteCount, now: Int64
    ) {
        let then = byte(counts, chunk).pointee.load(ordering: .relaxed)
        if then == 0 { return }
        let age = (UInt(code(now)) + 255 - UInt(then)) % 255
        if age <= 60 { counts.pointee.within60.wrappingAdd(bytes.rawValue, ordering: .relaxed) }
        if age <= 10 { counts.pointee.within10.wrappingAdd(bytes.rawValue, ordering: .relaxed) }
        if age <= 1 { counts.pointee.within1.wrappingAdd(bytes.rawValue, ordering: .relaxed) }
    }
}
