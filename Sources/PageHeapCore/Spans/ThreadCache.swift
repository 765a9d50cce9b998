import CPageHeap

/// A thread's cache: for each size class a small bounded stack of block addresses.
///
/// 1,024 bytes a class: the number of blocks, the most there may be, and up to 127 addresses. Counts and capacities of
/// zero throughout are the *empty cache*, from which nothing can be taken and to which nothing can be given: what a
/// thread without a cache works on, and a thread whose cache is being drained.
///
/// Worked on by its thread, which marks itself busy meanwhile, or by a drainer that has put the empty cache in its
/// place (``ThreadCaches``).
package struct ThreadCache {
    /// What the registry keeps of a cache, behind the stacks.
    struct Header {
        /// The thread's slot.
        var slot: UnsafeMutablePointer<pageheap_thread_slot>
        /// How many caches there were when this one was made.
        var cachesAtStart: UInt32
        /// The thread's number in the kernel.
        var threadIdentifier: UInt32
        var next: UnsafeMutableRawPointer?
        var previous: UnsafeMutableRawPointer?
        /// Bytes by which stacks may hold more than at first.
        var grownBytes: UInt32 = 0
        /// Fills and drains so far, by the owner.
        var slowEvents: UInt32 = 0
        /// The same at the last look of the scavenger, and the blocks held then.
        var seenSlowEvents: UInt32 = 0
        var seenBlocks: UInt32 = 0
        /// The empty cache is in the owner's slot, so that this one can be drained.
        var isAside = false
        var nextAside: UnsafeMutableRawPointer?
    }

    /// The whole of a cache, for the pool that its memory comes from.
    struct Memory {
        var stacks: InlineArray<73, InlineArray<128, UInt>>
        var header: Header
    }

    private static var stackShift: UInt { 10 }
    private static var headerOffset: Int { SizeClass.count << Int(stackShift) }

    package let memory: UnsafeMutableRawPointer

    @inline(__always)
    package init(_ memory: UnsafeMutableRawPointer) { self.memory = memory }

    @inline(__always)
    package static var empty: ThreadCache { ThreadCache(pageheap_empty_cache()) }

    @inline(__always)
    package var isEmptyCache: Bool { memory == pageheap_empty_cache() }

    var header: UnsafeMutablePointer<Header> {
        (memory + Self.headerOffset).assumingMemoryBound(to: Header.self)
    }

    @inline(__always)
    private func stack(_ sizeClass: SizeClass) -> UnsafeMutableRawPointer {
        memory + Int(bitPattern: UInt(sizeClass.rawValue) &<< Self.stackShift)
    }

    @inline(__always)
    package func count(_ sizeClass: SizeClass) -> UInt32 { stack(sizeClass).load(as: UInt32.self) }

    @inline(__always)
    func setCount(_ sizeClass: SizeClass, _ count: UInt32) { stack(sizeClass).storeBytes(of: count, as: UInt32.self) }

    @inline(__always)
    package func capacity(_ sizeClass: SizeClass) -> UInt32 {
        stack(sizeClass).load(fromByteOffset: 4, as: UInt32.self)
    }

    /// The addresses of a class's blocks; the top of the stack is the last one.
    @inline(__always)
    func blocks(_ sizeClass: SizeClass) -> UnsafeMutablePointer<UInt> {
        (stack(sizeClass) + 8).assumingMemoryBound(to: UInt.self)
    }

    /// Takes the block on top of a stack.
    ///
    /// - Parameter count: how many it holds; at least 1.
    @inline(__always)
    package func removeTop(_ sizeClass: SizeClass, of count: UInt32) -> UInt {
        invariant(count > 0 && UInt(count) <= Tunables.cacheBlockLimit, "a stack of a cache holds what it cannot")
        let block = blocks(sizeClass)[Int(count &- 1)]
        setCount(sizeClass, count &- 1)
        return block
    }

    /// Puts a block on top, or returns false if the stack is full.
    @inline(__always)
    package func push(_ block: UInt, _ sizeClass: SizeClass) -> Bool {
        let count = count(sizeClass)
        if count >= capacity(sizeClass) { return false }
        blocks(sizeClass)[Int(count)] = block
        // A fork copies what is there at its moment: no count without its blocks.
        pageheap_compiler_fence()
        setCount(sizeClass, count &+ 1)
        return true
    }

    /// Takes the lowest blocks of a stack away; those above move down.
    func dropLowest(_ dropped: Int, _ sizeClass: SizeClass) {
        let blocks = blocks(sizeClass)
        let left = Int(count(sizeClass)) - dropped
        TransferBatches.copy(blocks + dropped, to: blocks, left)
        setCount(sizeClass, UInt32(truncatingIfNeeded: left))
    }

    /// Sets up memory that is zero, or was a cache before: empty stacks, which may hold nothing yet. What is zero is not
    /// written, so that a stack that is never used costs no memory.
    ///
    /// - Parameter caches: how many there are, this one included.
    func initialize(slot: UnsafeMutablePointer<pageheap_thread_slot>, caches: Int) {
        for number in 0..<SizeClass.count {
            let counts = stack(SizeClass(UInt8(number)))
            if counts.load(as: UInt64.self) != 0 { counts.storeBytes(of: 0, as: UInt64.self) }
        }
        header.initialize(
            to: Header(
                slot: slot, cachesAtStart: UInt32(truncatingIfNeeded: caches),
                threadIdentifier: pageheap_thread_identifier()))
    }

    /// Whether the stack has not been used yet, or not since the cache was drained because its thread slept.
    func isNew(_ sizeClass: SizeClass) -> Bool { capacity(sizeClass) == 0 }

    /// How many blocks a stack may hold, which is settled when the stack is first used. By the owner, on its slow path.
    func settledCapacity(_ sizeClass: SizeClass, blockBytes: UInt32) -> Int {
        let settled = capacity(sizeClass)
        if settled != 0 { return Int(settled) }
        let most = Self.capacity(blockBytes: UInt(blockBytes), caches: UInt(header.pointee.cachesAtStart))
        setCapacity(sizeClass, UInt32(most))
        return Int(most)
    }

    private func setCapacity(_ sizeClass: SizeClass, _ capacity: UInt32) {
        stack(sizeClass).storeBytes(of: capacity, toByteOffset: 4, as: UInt32.self)
    }

    /// Lets a stack that was found empty hold more, within what the class and the whole cache may grow by. By the owner,
    /// on its slow path.
    func grow(_ sizeClass: SizeClass, blockBytes: UInt32) {
        let capacity = UInt(capacity(sizeClass))
        let most = min(
            max(Tunables.grownCacheBytesPerClass / UInt(blockBytes), Tunables.grownCacheBlockMinimum),
            Tunables.cacheBlockLimit)
        let more = min(capacity + (capacity + 1) / 2, most)
        guard more > capacity else { return }
        let bytes = UInt32(truncatingIfNeeded: (more - capacity) * UInt(blockBytes))
        let caches = max(Tunables.fullGrowthCaches, UInt(header.pointee.cachesAtStart))
        guard UInt(header.pointee.grownBytes + bytes) * caches <= Tunables.cacheGrowthBytes * Tunables.fullGrowthCaches
        else { return }
        header.pointee.grownBytes += bytes
        setCapacity(sizeClass, UInt32(more))
    }

    /// Lets all stacks hold what they may at first: of a cache that was drained because its thread sleeps.
    func shrink() {
        if header.pointee.grownBytes == 0 { return }
        header.pointee.grownBytes = 0
        // Settled anew when they are used. What is zero is not written: a stack that was never used costs no memory.
        for number in 1..<SizeClass.count where capacity(SizeClass(UInt8(number))) != 0 {
            setCapacity(SizeClass(UInt8(number)), 0)
        }
    }

    /// How many blocks of a size a stack may hold, of a cache that is made when there are so many.
    package static func capacity(blockBytes: UInt, caches: UInt) -> UInt {
        let bytes = Tunables.cacheBytesPerClass * Tunables.fullSizeCaches / max(Tunables.fullSizeCaches, caches)
        return min(max(bytes / blockBytes, Tunables.cacheBlockMinimum), Tunables.cacheBlockLimit)
    }

    /// Blocks of all classes.
    var totalBlocks: UInt32 {
        var total: UInt32 = 0
        for number in 1..<SizeClass.count { total &+= count(SizeClass(UInt8(number))) }
        return total
    }
}
