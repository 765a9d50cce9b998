/// Batches of blocks of one size class on their way from one thread's cache to another's, or back to the same: what is
/// freed in bulk is often wanted again in bulk, and need not go through the spans each time.
///
/// The spans see the blocks as out, and wrong frees among them are found when they reach the spans. The worker takes
/// away what was not needed since its last look.
///
/// Guarded by the class's lock. All zero bytes are no batches.
package struct TransferBatches {
    static var batchLimit: Int { 16 }
    /// The most blocks of a batch: half of the largest stack.
    static var blockLimit: Int { 64 }

    private var blocks: InlineArray<1024, UInt>
    private var counts: InlineArray<16, UInt32>
    /// How many batches there are, and how many blocks in all.
    private(set) var count: Int
    private(set) var total: UInt
    /// The fewest batches there were since the worker's last look.
    private var fewest: Int

    /// Where a batch's blocks lie. Through the address: reading one element through the owner would copy all of them.
    @inline(__always)
    private static func batch(
        _ batches: UnsafeMutablePointer<TransferBatches>, _ number: Int
    ) -> UnsafeMutablePointer<UInt> {
        UnsafeMutableRawPointer(batches).assumingMemoryBound(to: UInt.self) + number &* blockLimit
    }

    @inline(__always)
    private static func count(
        _ batches: UnsafeMutablePointer<TransferBatches>, _ number: Int
    ) -> UnsafeMutablePointer<UInt32> {
        (UnsafeMutableRawPointer(batches) + batchLimit * blockLimit * MemoryLayout<UInt>.stride).assumingMemoryBound(
            to: UInt32.self)
            + number
    }

    /// Copies addresses, which may overlap, in one go.
    @inline(__always)
    static func copy(_ source: UnsafeMutablePointer<UInt>, to target: UnsafeMutablePointer<UInt>, _ count: Int) {
        UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count &* MemoryLayout<UInt>.stride)
    }

    /// Takes a batch in, or answers false where there are enough.
    ///
    /// - Parameters:
    ///   - blockCount: 1 to 64.
    ///   - limit: the most blocks of all batches.
    static func put(
        _ batches: UnsafeMutablePointer<TransferBatches>, _ source: UnsafeMutablePointer<UInt>, _ blockCount: Int,
        limit: UInt
    ) -> Bool {
        invariant(blockCount > 0 && blockCount <= blockLimit, "a batch is larger than its room")
        let number = batches.pointee.count
        guard number < batchLimit, batches.pointee.total &+ UInt(bitPattern: blockCount) <= limit else { return false }
        copy(source, to: batch(batches, number), blockCount)
        count(batches, number).pointee = UInt32(truncatingIfNeeded: blockCount)
        batches.pointee.count = number &+ 1
        batches.pointee.total &+= UInt(bitPattern: blockCount)
        return true
    }

    /// Gives the last batch out, or as much of it as there is room for.
    ///
    /// - Returns: how many blocks; 0 where there is no batch.
    static func take(
        _ batches: UnsafeMutablePointer<TransferBatches>, into target: UnsafeMutablePointer<UInt>, room: Int
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

    /// The worker takes a batch that was not needed since its last look, or any.
    ///
    /// - Returns: how many blocks; 0 where there is none left to take. Then what is here now goes at the next look.
    static func takeIdle(
        _ batches: UnsafeMutablePointer<TransferBatches>, into target: UnsafeMutablePointer<UInt>, regardless: Bool
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
