/// The transfer cache of one size class in a shard: batches of blocks on their way from one thread cache to another, or back to
/// the same one. Blocks that are freed in bulk are often wanted again in bulk, and so need not pass through the spans.
///
/// To the spans these blocks are out, so wrong frees among them are found only when they reach the spans. The worker
/// removes batches that were not needed since its last look.
///
/// Guarded by the list's lock. Valid (empty) when zero-initialised.
package struct TransferCache {
    static var batchLimit: Int { 32 }
    /// The most blocks in a batch.
    static var blockLimit: Int { 64 }

    // The small figures first, so that a cache with few batches touches one page of memory or two.
    /// The number of batches, and of blocks in all of them.
    private(set) var count: Int
    private(set) var total: UInt
    /// The smallest `count` since the worker's last look: the batches that were not needed.
    private var fewest: Int
    private var counts: InlineArray<32, UInt32>
    private var blocks: InlineArray<2048, UInt>

    /// Returns the address of a batch's blocks.
    @inline(__always)
    private static func batch(
        _ batches: UnsafeMutablePointer<TransferCache>, _ number: Int
    ) -> UnsafeMutablePointer<UInt> {
        withUnsafeMutablePointer(to: &batches.pointee.blocks) { InPlace($0)[number &* blockLimit] }
    }

    @inline(__always)
    private static func count(
        _ batches: UnsafeMutablePointer<TransferCache>, _ number: Int
    ) -> UnsafeMutablePointer<UInt32> {
        withUnsafeMutablePointer(to: &batches.pointee.counts) { InPlace($0)[number] }
    }

    /// Copies block addresses between regions that may overlap.
    @inline(__always)
    static func copy(_ source: UnsafeMutablePointer<UInt>, to target: UnsafeMutablePointer<UInt>, _ count: Int) {
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count &* MemoryLayout<UInt>.stride)
    }

    /// Adds a batch. The caller holds the list's lock.
    ///
    /// - Parameters:
    ///   - blockCount: 1 to 64.
    ///   - limit: the most blocks of all batches together.
    /// - Returns: false if there is no room.
    static func put(
        _ batches: UnsafeMutablePointer<TransferCache>, _ source: UnsafeMutablePointer<UInt>, _ blockCount: Int,
        limit: UInt
    ) -> Bool {
        invariant(blockCount > 0 && blockCount <= blockLimit, "a batch has an impossible count")
        let number = batches.pointee.count
        guard number < batchLimit, batches.pointee.total &+ UInt(bitPattern: blockCount) <= limit else { return false }
        copy(source, to: batch(batches, number), blockCount)
        count(batches, number).pointee = UInt32(truncatingIfNeeded: blockCount)
        batches.pointee.count = number &+ 1
        batches.pointee.total &+= UInt(bitPattern: blockCount)
        return true
    }

    /// Takes the last batch, or as many of its blocks as there is room for. The caller holds the list's lock.
    ///
    /// - Returns: the number of blocks; 0 if there is no batch.
    static func take(
        _ batches: UnsafeMutablePointer<TransferCache>, into target: UnsafeMutablePointer<UInt>, room: Int
    ) -> Int {
        let number = batches.pointee.count &- 1
        if number < 0 { return 0 }
        let held = Int(count(batches, number).pointee)
        let taken = min(held, room)
        copy(batch(batches, number) + (held &- taken), to: target, taken)
        batches.pointee.total &-= UInt(bitPattern: taken)
        if taken == held {
            batches.pointee.count = number
            batches.pointee.fewest = min(batches.pointee.fewest, number)
        } else {
            count(batches, number).pointee = UInt32(truncatingIfNeeded: held &- taken)
        }
        return taken
    }

    /// Takes a batch that was not needed since the worker's last look. The caller holds the list's lock.
    ///
    /// - Parameter regardless: whether to take any batch.
    /// - Returns: the number of blocks; 0 if there is nothing to take. In that case the look ends: batches present now
    ///   are idle at the next look unless they are needed before.
    static func takeIdle(
        _ batches: UnsafeMutablePointer<TransferCache>, into target: UnsafeMutablePointer<UInt>, regardless: Bool
    ) -> Int {
        let idle = batches.pointee.fewest
        guard batches.pointee.count > 0, regardless || idle > 0 else {
            batches.pointee.fewest = batches.pointee.count
            return 0
        }
        let taken = take(batches, into: target, room: blockLimit)
        batches.pointee.fewest = max(0, idle &- 1)
        return taken
    }
}
