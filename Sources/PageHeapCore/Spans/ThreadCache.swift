import CPageHeap

/// A thread cache: for each size class, a small bounded stack of block addresses.
///
/// 1,024 bytes per class: the number of blocks, the capacity, and up to 127 addresses. A cache whose counts and
/// capacities are all zero is the *empty cache*, from which nothing can be taken and to which nothing can be given. A
/// thread works on it if it has no cache, or while its cache is being drained.
///
/// Accessed by its thread, which marks itself busy meanwhile, or by a drainer that has put the empty cache in its place
/// (``ThreadCaches``).
package struct ThreadCache {
    /// The registry's record of a cache, behind the stacks.
    struct Header {
        /// The thread's slot.
        var slot: UnsafeMutablePointer<pageheap_thread_slot>
        /// The number of caches when this one was created.
        var cachesAtStart: UInt32
        /// The kernel's identifier of the thread.
        var threadIdentifier: UInt32
        var next: UnsafeMutableRawPointer?
        var previous: UnsafeMutableRawPointer?
        /// Bytes by which the stacks have been allowed to grow.
        var grownBytes: UInt32 = 0
        /// The number of refills and drains by the owner.
        var slowEvents: UInt32 = 0
        /// The same at the scavenger's last look, and the number of blocks held then.
        var seenSlowEvents: UInt32 = 0
        var seenBlocks: UInt32 = 0
        /// Whether the empty cache is in the owner's slot, so that this one can be drained.
        var isAside = false
        var nextAside: UnsafeMutableRawPointer?
    }

    /// The layout of a whole cache, for the pool that provides its memory.
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

    /// The addresses of a class's blocks; the last one is the top of the stack.
    @inline(__always)
    func blocks(_ sizeClass: SizeClass) -> UnsafeMutablePointer<UInt> {
        (stack(sizeClass) + 8).assumingMemoryBound(to: UInt.self)
    }

    /// Pops a block from a stack.
    ///
    /// - Parameter count: the number of blocks on the stack, at least 1.
    @inline(__always)
    package func removeTop(_ sizeClass: SizeClass, of count: UInt32) -> UInt {
        invariant(
            count > 0 && UInt(count) <= Tunables.cacheBlockLimit, "a stack of a thread cache has an impossible count")
        let block = blocks(sizeClass)[Int(count &- 1)]
        setCount(sizeClass, count &- 1)
        return block
    }

    /// Pushes a block, or returns false if the stack is full.
    @inline(__always)
    package func push(_ block: UInt, _ sizeClass: SizeClass) -> Bool {
        let count = count(sizeClass)
        if count >= capacity(sizeClass) { return false }
        blocks(sizeClass)[Int(count)] = block
        // A fork copies the state of this moment, so the count must not rise before the block is there.
        pageheap_compiler_fence()
        setCount(sizeClass, count &+ 1)
        return true
    }

    /// Removes the lowest blocks of a stack; those above move down.
    func dropLowest(_ dropped: Int, _ sizeClass: SizeClass) {
        let blocks = blocks(sizeClass)
        let left = Int(count(sizeClass)) - dropped
        TransferCache.copy(blocks + dropped, to: blocks, left)
        setCount(sizeClass, UInt32(truncatingIfNeeded: left))
    }

    /// Initialises memory that is zero or was a cache before: empty stacks with a capacity of 0. Zero words are not
    /// written, so that an unused stack takes no memory.
    ///
    /// - Parameter caches: the number of caches, including this one.
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

    /// Whether the stack has not been used yet, or not since its cache was drained while the thread slept.
    func isNew(_ sizeClass: SizeClass) -> Bool { capacity(sizeClass) == 0 }

    /// Returns the capacity of a stack, and settles it at the first use. Called by the owner, on its slow path.
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

    /// Raises the capacity of a stack that was found empty, within the bounds for the class and for the whole cache.
    /// Called by the owner, on its slow path.
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

    /// Resets all capacities to their first values, for a cache that was drained because its thread sleeps.
    func shrink() {
        if header.pointee.grownBytes == 0 { return }
        header.pointee.grownBytes = 0
        // They are settled anew when used. Zero words are not written: an unused stack takes no memory.
        for number in 1..<SizeClass.count where capacity(SizeClass(UInt8(number))) != 0 {
            setCapacity(SizeClass(UInt8(number)), 0)
        }
    }

    /// Returns the first capacity of a stack, in blocks.
    ///
    /// - Parameters:
    ///   - blockBytes: the size of the blocks.
    ///   - caches: the number of caches when this one was created.
    package static func capacity(blockBytes: UInt, caches: UInt) -> UInt {
        let bytes = Tunables.cacheBytesPerClass * Tunables.fullSizeCaches / max(Tunables.fullSizeCaches, caches)
        return min(max(bytes / blockBytes, Tunables.cacheBlockMinimum), Tunables.cacheBlockLimit)
    }

    /// The number of blocks on all stacks.
    var totalBlocks: UInt32 {
        var total: UInt32 = 0
        for number in 1..<SizeClass.count { total &+= count(SizeClass(UInt8(number))) }
        return total
    }
}
