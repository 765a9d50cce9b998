import Synchronization

/// Counts how much released memory is used again soon: what the scavenger released too early.
///
/// A coarse byte per chunk records when pages of the chunk were last released: seconds, counted from 1 to 255 and
/// around again, 0 for never. A byte per page would cost too much. So the figures are approximate: all released pages
/// of a chunk count as released when the last of them was; a chunk released 4 minutes and 15 seconds ago looks fresh
/// for a minute; and heaps of more than 16 GiB share bytes. Releases of holes in spans are not counted.
///
/// Valid when zero-initialised. Must lie in memory that does not move. No lock is needed: these are figures.
package struct ReuseCounts: ~Copyable {
    private static var slots: UInt { 4096 }

    /// A byte per slot. Relaxed: figures.
    private let seconds: InlineArray<512, UInt64>
    /// Bytes that were used again within 1, 10 and 60 seconds of their release; each includes the shorter times.
    package let within1 = Atomic<UInt>(0)
    package let within10 = Atomic<UInt>(0)
    package let within60 = Atomic<UInt>(0)

    package init() { seconds = InlineArray(repeating: 0) }

    /// Returns the address of a chunk's byte.
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

    /// Notes that pages of a chunk were released.
    ///
    /// - Parameter now: the coarse monotonic time in nanoseconds.
    static func noteRelease(_ counts: UnsafeMutablePointer<ReuseCounts>, _ chunk: ChunkIndex, now: Int64) {
        byte(counts, chunk).pointee.store(code(now), ordering: .relaxed)
    }

    /// Notes that pages without physical memory were allocated and will be faulted in.
    ///
    /// - Parameters:
    ///   - chunk: the chunk of the first page.
    ///   - bytes: bytes without physical memory.
    ///   - now: the coarse monotonic time in nanoseconds.
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
