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
    private let held: Atomic<UInt32>
    /// The smallest number of blocks since the worker's last look: those that were not needed.
    private var fewest: UInt32
    /// The blocks, those put last at the end; 0 before the shard has memory for them. Relaxed, as `held` is.
    private let words: Atomic<UInt>

    /// The memory of all transfer caches of a shard, for the pool that provides it. They lie behind one another, each
    /// with room for the most blocks of its class.
    package struct Words {
        private var words: InlineArray<38036, UInt>
    }

    /// The most blocks that the transfer cache of a class may ever hold.
    private static func mostBlocks(_ blockBytes: UInt) -> UInt {
        min(Tunables.transferBlockLimit, Tunables.transferBytesPerShard.upperBound / blockBytes)
    }

    /// The number of blocks; without the lock, a hint.
    @inline(__always)
    var count: Int { Int(held.load(ordering: .relaxed)) }

    /// Whether the cache has memory. It keeps it.
    @inline(__always)
    var isReady: Bool { words.load(ordering: .relaxed) != 0 }

    /// Gives the transfer caches of a shard their memory, unless another thread was faster. Takes the lock of each list.
    static func start(_ shard: ShardIndex, in memory: UnsafeMutablePointer<Words>, _ shards: CentralShards) {
        var address = UInt(bitPattern: memory)
        shards.visitLists(of: shard) { list in
            list.withLock {
                if !list.transfers.pointee.isReady {
                    list.transfers.pointee.words.store(address, ordering: .relaxed)
                }
            }
            address &+= mostBlocks(list.sizeClass.blockBytes.rawValue) &* 8
        }
        invariant(
            address <= UInt(bitPattern: memory) &+ UInt(bitPattern: MemoryLayout<Words>.size),
            "the transfer caches of a shard are larger than their memory")
    }

    /// Copies block addresses between regions that may overlap.
    @inline(__always)
    static func copy(_ source: UnsafeMutablePointer<UInt>, to target: UnsafeMutablePointer<UInt>, _ count: Int) {
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count &* MemoryLayout<UInt>.stride)
    }

    @inline(__always)
    private func place(_ number: Int) -> UnsafeMutablePointer<UInt> {
        invariant(isReady, "a transfer cache without memory is used")
        let address = words.load(ordering: .relaxed) &+ UInt(bitPattern: number) &* 8
        return UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
    }

    private mutating func setCount(_ count: Int) {
        held.store(UInt32(truncatingIfNeeded: count), ordering: .relaxed)
    }

    /// Adds blocks, as far as there is room. The caller holds the list's lock; the cache is ready.
    ///
    /// - Parameters:
    ///   - blockBytes: the size of the blocks.
    ///   - shards: the number of shards: the more there are, the less each may hold.
    /// - Returns: the number of blocks added: the first ones of `source`.
    mutating func put(
        _ source: UnsafeMutablePointer<UInt>, _ blockCount: Int, blockBytes: UInt, shards: UInt
    ) -> Int {
        let bytes = Tunables.transferBytesPerShard
        let share = max(Tunables.transferBytesPerClass / shards, bytes.lowerBound) / blockBytes
        let added = min(blockCount, Int(bitPattern: min(share, Self.mostBlocks(blockBytes))) &- count)
        if added <= 0 { return 0 }
        Self.copy(source, to: place(count), added)
        setCount(count &+ added)
        return added
    }

    /// Takes the blocks that were put last. The caller holds the list's lock.
    ///
    /// - Parameter most: the most blocks to take.
    /// - Returns: the number of blocks taken.
    mutating func take(into target: UnsafeMutablePointer<UInt>, most: Int) -> Int {
        let taken = min(count, most)
        if taken == 0 { return 0 }
        let left = count &- taken
        Self.copy(place(left), to: target, taken)
        setCount(left)
        fewest = min(fewest, UInt32(truncatingIfNeeded: left))
        return taken
    }

    /// Takes blocks that were not needed since the worker's last look. The caller holds the list's lock.
    ///
    /// - Parameters:
    ///   - most: the most blocks to take.
    ///   - regardless: whether to take any blocks.
    /// - Returns: the number of blocks; 0 if there is nothing to take. In that case the look ends: blocks present now
    ///   are idle at the next look unless they are needed before.
    mutating func takeIdle(into target: UnsafeMutablePointer<UInt>, most: Int, regardless: Bool) -> Int {
        let idle = regardless ? count : Int(fewest)
        if idle == 0 {
            fewest = UInt32(truncatingIfNeeded: count)
            return 0
        }
        // The lowest: nobody came down to them.
        let taken = min(idle, most)
        Self.copy(place(0), to: target, taken)
        Self.copy(place(taken), to: place(0), count &- taken)
        setCount(count &- taken)
        fewest = UInt32(truncatingIfNeeded: idle &- taken)
        return taken
    }
}
