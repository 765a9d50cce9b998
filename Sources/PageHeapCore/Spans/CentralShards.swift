import Synchronization

/// The shards of what threads share: for each processor the central free lists of all classes, with their transfer
/// caches, a large-block cache, and a few free span records.
///
/// Threads on different processors take different locks and write to different cache lines. A shard is made when a
/// thread first comes to it from the processor that it belongs to, and stays; while only one thread has had a cache,
/// there is only the first. What a shard lacks, its threads take from other shards before the heap makes more of it;
/// ``ShardSet`` says where to look. So idle memory is bounded by the processors that were used, not by threads, and the
/// worker returns it like that of a single shard.
///
/// A handle on a ``CentralShardsState``; copies name the same shards.
package struct CentralShards {
    let state: UnsafeMutablePointer<CentralShardsState>

    @inline(__always)
    package init(_ state: UnsafeMutablePointer<CentralShardsState>) { self.state = state }

    /// Whether threads use the shard of their processor.
    @inline(__always)
    var areInUse: Bool { state.pointee.inUse.load(ordering: .relaxed) }

    /// Has threads use the shards of their processors from now on.
    func begin() { state.pointee.inUse.store(true, ordering: .relaxed) }

    /// The shard of a processor.
    @inline(__always)
    func shard(ofProcessor number: UInt32) -> ShardIndex {
        ShardIndex(processor: number & ~state.pointee.unusedBits.load(ordering: .relaxed))
    }

    /// Has threads use no more shards than twice the processors that the process has time for, at least: a process with
    /// a quota of two may run on all 64 processors of its machine by turns.
    func limit(toProcessors quota: Double) {
        var shards: UInt32 = 2
        while Double(shards) < 2 * quota && shards < UInt32(Tunables.shardLimit) { shards *= 2 }
        state.pointee.unusedBits.store(~(shards - 1), ordering: .relaxed)
    }

    /// Whether memory for shards may be asked for: the last refusal is some time ago.
    func mayMake(at now: Int64) -> Bool { now >= state.pointee.retryTime.load(ordering: .relaxed) }

    /// Notes that the system refused memory for a shard.
    func noteRefusal(at now: Int64) {
        state.pointee.retryTime.store(now &+ Tunables.shardRetryNanoseconds, ordering: .relaxed)
    }

    /// The number of shards.
    var count: UInt { UInt(state.pointee.otherCount.load(ordering: .relaxed)) &+ 1 }

    /// A shard; nil if it has not been made.
    @inline(__always)
    subscript(shard: ShardIndex) -> UnsafeMutablePointer<CentralShard>? {
        if shard == .first { return withUnsafeMutablePointer(to: &state.pointee.first) { $0 } }
        // Acquire: a shard is seen with its memory's zeros.
        return UnsafeMutablePointer(bitPattern: other(shard).pointee.load(ordering: .acquiring))
    }

    /// The large-block cache of a shard, which exists.
    func largeBlocks(_ shard: ShardIndex) -> UnsafeMutablePointer<LargeBlockCache> {
        withUnsafeMutablePointer(to: &self[shard].unsafelyUnwrapped.pointee.largeBlocks) { $0 }
    }

    /// The free span records of a shard, which exists.
    func records(_ shard: ShardIndex) -> UnsafeMutablePointer<RecordStash> {
        withUnsafeMutablePointer(to: &self[shard].unsafelyUnwrapped.pointee.records) { $0 }
    }

    @inline(__always)
    private func other(_ shard: ShardIndex) -> UnsafeMutablePointer<Atomic<UInt>> {
        InPlace(withUnsafeMutablePointer(to: &state.pointee.others) { $0 })[shard.index]
    }

    /// Adds a shard, which there is not yet, in zeroed memory. The caller holds the registry lock.
    func add(_ shard: ShardIndex, in memory: UnsafeMutablePointer<CentralShard>) {
        invariant(self[shard] == nil, "a shard is made twice")
        // Release: see above.
        other(shard).pointee.store(UInt(bitPattern: memory), ordering: .releasing)
        state.pointee.otherCount.wrappingAdd(1, ordering: .relaxed)
    }

    /// Calls `body` with each shard.
    func visitAll(_ body: (ShardIndex, UnsafeMutablePointer<CentralShard>) -> Void) {
        for number in 0..<Tunables.shardLimit {
            let shard = ShardIndex(UInt8(truncatingIfNeeded: number))
            if let memory = self[shard] { body(shard, memory) }
        }
    }

    /// Calls `body` with the list of each class in each shard.
    func visitLists(_ body: (CentralList) -> Void) { visitAll { shard, _ in visitLists(of: shard, body) } }

    /// Calls `body` with the list of each class in a shard, which exists.
    func visitLists(of shard: ShardIndex, _ body: (CentralList) -> Void) {
        let memory = self[shard].unsafelyUnwrapped
        for number in 1..<SizeClass.count { body(CentralList(SizeClass(UInt8(number)), shard, in: memory)) }
    }

    /// Where blocks of a class can be found.
    @inline(__always)
    func holders(_ sizeClass: SizeClass) -> UnsafeMutablePointer<ClassHolders> {
        InPlace(withUnsafeMutablePointer(to: &state.pointee.holders) { $0 })[sizeClass.index]
    }

    /// Where cached large blocks of a number of pages can be found.
    @inline(__always)
    func largeBlockHolders(_ pages: Int) -> UnsafeMutablePointer<ShardSet> {
        InPlace(withUnsafeMutablePointer(to: &state.pointee.largeBlockHolders) { $0 })[pages]
    }

    // MARK: Locks

    /// Takes all locks for a fork.
    func lockForFork() {
        visitLists { $0.state.pointee.lock.lockForFork() }
        visitAll { $1.pointee.largeBlocks.lock.lockForFork() }
        visitAll { $1.pointee.records.lock.lockForFork() }
    }

    func unlockAfterFork() {
        visitAll { $1.pointee.records.lock.unlockAfterFork() }
        visitAll { $1.pointee.largeBlocks.lock.unlockAfterFork() }
        visitLists { $0.state.pointee.lock.unlockAfterFork() }
    }

    /// Takes over the locks in a child process that was made without the fork handlers.
    ///
    /// - Returns: whether all of them were free.
    func takeFromMissingHolders() -> Bool {
        var wereFree = true
        visitLists { if $0.state.pointee.lock.takeFromMissingHolder() { wereFree = false } }
        visitAll {
            if $1.pointee.largeBlocks.lock.takeFromMissingHolder() { wereFree = false }
            if $1.pointee.records.lock.takeFromMissingHolder() { wereFree = false }
        }
        return wereFree
    }
}

/// The state of ``CentralShards``, in memory that does not move; valid (one empty shard) when zero-initialised.
package struct CentralShardsState: ~Copyable {
    fileprivate var first: CentralShard
    /// The addresses of the other shards; 0 for one that was never needed.
    fileprivate var others: InlineArray<64, Atomic<UInt>>
    /// Relaxed: a figure that limits depend on.
    fileprivate let otherCount: Atomic<UInt32>
    /// Relaxed: a thread that does not see it yet uses the first shard.
    fileprivate let inUse: Atomic<Bool>
    /// The bits of a processor's number that do not count. Relaxed: a thread that sees an old value uses another shard.
    fileprivate let unusedBits: Atomic<UInt32>
    /// When memory may be asked for again after a refusal, in coarse monotonic nanoseconds. Relaxed: a hint.
    fileprivate let retryTime: Atomic<Int64>
    fileprivate var holders: InlineArray<81, ClassHolders>
    fileprivate var largeBlockHolders: InlineArray<33, ShardSet>
}

/// One processor's part. Valid (empty) when zero-initialised.
package struct CentralShard: ~Copyable {
    fileprivate var lists: InlineArray<81, CentralFreeList>
    fileprivate var largeBlocks: LargeBlockCache
    fileprivate var records: RecordStash
}

/// The shards in which blocks of a class may be found: in a transfer cache, or in spans. On a cache line of its own.
struct ClassHolders: ~Copyable {
    let transfers: ShardSet
    let spans: ShardSet
    private var padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
}

/// The central free list of a class in a shard.
struct CentralList {
    let sizeClass: SizeClass
    let shard: ShardIndex
    let state: UnsafeMutablePointer<CentralFreeList>

    @inline(__always)
    init(_ sizeClass: SizeClass, _ shard: ShardIndex, in memory: UnsafeMutablePointer<CentralShard>) {
        self.sizeClass = sizeClass
        self.shard = shard
        state = InPlace(withUnsafeMutablePointer(to: &memory.pointee.lists) { $0 })[sizeClass.index]
    }

    /// The list's transfer cache.
    @inline(__always)
    var transfers: UnsafeMutablePointer<TransferCache> {
        withUnsafeMutablePointer(to: &state.pointee.transfers) { $0 }
    }

    /// Calls `body` under the list's lock.
    @inline(__always)
    func withLock<Result>(_ body: () -> Result) -> Result {
        state.pointee.lock.lock()
        defer { state.pointee.lock.unlock() }
        return body()
    }
}

/// The spans of one size class in a shard: those that have free blocks, with the lock that guards every span of the
/// list's; and their transfer cache.
///
/// Must lie in memory that does not move.
package struct CentralFreeList: ~Copyable {
    package let lock: FutexLock<LockRanks.SizeClass>
    /// The first span with free blocks; the others are linked through the records' `next`. Spans without free blocks
    /// are on no list.
    var firstPartial: UInt32
    fileprivate var transfers: TransferCache
    /// A wholly free span that is kept for the next request, on no list; 0 if there is none.
    var spare: UInt32
    /// Whether the scavenger has seen the spare. At its next look it returns a seen one to the heap.
    var wasSpareSeen: Bool
    /// The touched spans: the first, and how many there are.
    var firstTouched: UInt32
    var touchedCount: UInt32
    /// Fills a cache line, so that threads working with neighbouring classes do not share one.
    private var padding: (UInt64, UInt64, UInt64)
}
