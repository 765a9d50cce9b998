/// The page caches of a heap. The size classes are spread over the first four, so that threads that work with different
/// classes seldom wait for each other. Machines with more processors use more of them.
///
/// A handle; copies name the same caches. The caches must lie in memory that does not move; they are valid (empty) when
/// zero-initialised.
package struct PageCaches {
    /// The memory of the caches.
    package typealias Shards = InlineArray<16, PageCacheShard>

    private let shards: UnsafeMutablePointer<Shards>

    package static var count: Int { Tunables.pageCachesPerGroup * Tunables.pageCacheGroups }

    /// The cache for a kind of request, from a shard.
    ///
    /// - Parameter kind: the size class, or the number of pages.
    static func number(_ kind: Int, _ shard: ShardIndex) -> Int {
        let group = shard.index / Tunables.pageCacheGroupProcessors % Tunables.pageCacheGroups
        return group * Tunables.pageCachesPerGroup + kind % Tunables.pageCachesPerGroup
    }

    @inline(__always)
    init(_ shards: UnsafeMutablePointer<Shards>) { self.shards = shards }

    @inline(__always)
    package subscript(shard: Int) -> UnsafeMutablePointer<PageCacheShard> { InPlace(shards)[shard] }

    /// Adds page-cache hits that have not been carried over yet to a ledger, which may be a copy.
    func addNotes(to ledger: inout HeapLedger) {
        for shard in 0..<Self.count { self[shard].pointee.addNotes(to: &ledger) }
    }

    /// Bytes in the caches, with physical memory and without. The caller holds all locks, or no other thread uses the
    /// heap.
    var bytes: (retained: ByteCount, released: ByteCount) {
        var retained: ByteCount = 0
        var released: ByteCount = 0
        for shard in 0..<Self.count {
            let cache = self[shard].pointee.cache
            retained += cache.retainedBytes
            released += PageCount(UInt(bitPattern: cache.free.nonzeroBitCount)).bytes - cache.retainedBytes
        }
        return (retained, released)
    }

    /// Takes all locks, in index order. They share one rank, so no other code may hold more than one of them.
    func lockAll() { for shard in 0..<Self.count { self[shard].pointee.lock.lockForFork() } }

    func unlockAll() { for shard in 0..<Self.count { self[shard].pointee.lock.unlockAfterFork() } }

    /// Takes over the locks in a child that was made without the fork handlers.
    ///
    /// - Returns: whether all of them were free.
    func takeFromMissingHolders() -> Bool {
        var wereFree = true
        for shard in 0..<Self.count where self[shard].pointee.lock.takeFromMissingHolder() { wereFree = false }
        return wereFree
    }
}
