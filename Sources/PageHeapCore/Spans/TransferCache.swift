import Synchronization

/// The transfer cache of one size class in a shard: blocks on their way from one thread cache to another, or back to the
/// same one. Blocks that are freed in bulk are often wanted again in bulk, and so need not pass through the spans.
///
/// To the spans these blocks are out, so wrong frees among them are found only when they reach the spans. The worker
/// removes blocks that were not needed since its last look.
///
/// Guarded by the list's lock. Valid (empty) when zero-initialised.
package struct TransferCache: ~Copyable {
    /// The number of blocks. Relaxed: written under the lock; without it, a hint whether there are any.
    private let held: Atomic<Int>
    /// The smallest number of blocks since the worker's last look: those that were not needed.
    private var fewest: Int
    /// The blocks, those put last at the end. Behind the figures, so that a cache with few blocks touches little memory.
    private var blocks: InlineArray<2048, UInt>

    private static var mostBlocks: Int { 2048 }

    /// The number of blocks; without the lock, a hint.
    @inline(__always)
    var count: Int { held.load(ordering: .relaxed) }

    /// Copies block addresses between regions that may overlap.
    @inline(__always)
    static func copy(_ source: UnsafeMutablePointer<UInt>, to target: UnsafeMutablePointer<UInt>, _ count: Int) {
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count &* MemoryLayout<UInt>.stride)
    }

    @inline(__always)
    private static func place(
        _ cache: UnsafeMutablePointer<TransferCache>, _ number: Int
    ) -> UnsafeMutablePointer<UInt> {
        withUnsafeMutablePointer(to: &cache.pointee.blocks) { InPlace($0)[number] }
    }

    /// Adds blocks, as far as there is room. The caller holds the list's lock.
    ///
    /// - Parameter limit: the most blocks to hold.
    /// - Returns: the number of blocks added: the first ones of `source`.
    static func put(
        _ cache: UnsafeMutablePointer<TransferCache>, _ source: UnsafeMutablePointer<UInt>, _ blockCount: Int,
        limit: UInt
    ) -> Int {
        let held = cache.pointee.count
        let added = min(blockCount, min(Int(bitPattern: limit), mostBlocks) &- held)
        if added <= 0 { return 0 }
        copy(source, to: place(cache, held), added)
        cache.pointee.held.store(held &+ added, ordering: .relaxed)
        return added
    }

    /// Takes the blocks that were put last. The caller holds the list's lock.
    ///
    /// - Parameter most: the most blocks to take.
    /// - Returns: the number of blocks taken.
    static func take(
        _ cache: UnsafeMutablePointer<TransferCache>, into target: UnsafeMutablePointer<UInt>, most: Int
    ) -> Int {
        let held = cache.pointee.count
        let taken = min(held, most)
        if taken == 0 { return 0 }
        copy(place(cache, held &- taken), to: target, taken)
        cache.pointee.held.store(held &- taken, ordering: .relaxed)
        cache.pointee.fewest = min(cache.pointee.fewest, held &- taken)
        return taken
    }

    /// Takes blocks that were not needed since the worker's last look. The caller holds the list's lock.
    ///
    /// - Parameters:
    ///   - most: the most blocks to take.
    ///   - regardless: whether to take any blocks.
    /// - Returns: the number of blocks; 0 if there is nothing to take. In that case the look ends: blocks present now
    ///   are idle at the next look unless they are needed before.
    static func takeIdle(
        _ cache: UnsafeMutablePointer<TransferCache>, into target: UnsafeMutablePointer<UInt>, most: Int,
        regardless: Bool
    ) -> Int {
        let idle = regardless ? cache.pointee.count : cache.pointee.fewest
        if idle == 0 {
            cache.pointee.fewest = cache.pointee.count
            return 0
        }
        let taken = take(cache, into: target, most: min(idle, most))
        cache.pointee.fewest = max(0, idle &- taken)
        return taken
    }
}
