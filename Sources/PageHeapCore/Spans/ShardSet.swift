import Synchronization

/// A set of shards, which a thread reads and changes without a lock.
///
/// The owner of what is found there adds a shard, under the shard's lock, when it gets something. It does not remove the
/// shard when it gives the last of it away: a thread that comes from another shard and finds nothing does, under the
/// same lock. So a shard that is now empty, now not, changes nothing that other processors read.
package struct ShardSet: ~Copyable {
    /// A hint where to look; what is found is guarded by locks. Released where a shard is added and acquired where it is
    /// looked for, so that the shard's address is seen with its bit.
    private let bits = Atomic<UInt64>(0)

    package init() {}

    /// Adds a shard. The caller holds the lock of what it has got.
    @inline(__always)
    func insert(_ shard: ShardIndex) {
        let bit = UInt64(1) &<< UInt64(shard.rawValue)
        if bits.load(ordering: .relaxed) & bit != 0 { return }
        noteSharedWrite(to: bits)
        bits.bitwiseOr(bit, ordering: .releasing)
    }

    /// Removes a shard that was found to have nothing. The caller holds the lock of what it looked for.
    func remove(_ shard: ShardIndex) {
        noteSharedWrite(to: bits)
        bits.bitwiseAnd(~(UInt64(1) &<< UInt64(shard.rawValue)), ordering: .relaxed)
    }

    func contains(_ shard: ShardIndex) -> Bool {
        bits.load(ordering: .relaxed) &>> UInt64(shard.rawValue) & 1 != 0
    }

    /// Calls `body` with each shard but one, beginning behind that one, until it returns true.
    @inline(__always)
    func searchOthers(than own: ShardIndex, _ body: (ShardIndex) -> Bool) {
        let distance = UInt64(own.rawValue)
        let all = bits.load(ordering: .acquiring)
        // The own shard becomes bit 0.
        var rest = (all &>> distance | all &<< (64 &- distance & 63)) & ~1
        while rest != 0 {
            let step = UInt64(truncatingIfNeeded: rest.trailingZeroBitCount)
            rest &= rest &- 1
            if body(ShardIndex(UInt8(truncatingIfNeeded: (distance &+ step) & 63))) { return }
        }
    }
}
