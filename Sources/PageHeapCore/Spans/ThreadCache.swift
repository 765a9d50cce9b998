import CPageHeap

/// A thread cache: for each size class, a small bounded stack of block addresses.
///
/// The fast paths are bound by the latency of a chain: the block that comes back names its class, the class's stack
/// yields the next block. So the block on top is kept apart, in the stack's *head*: a `malloc` after a `free` waits for
/// one load, not for the position and then for the block there. The blocks beneath lie in the stack's array. Its first
/// word is always 0, so the head of a stack that is emptied becomes 0 without a test.
///
/// Zeroed memory is a cache from which nothing can be taken and to which nothing can be given. The *empty cache*, whose
/// heads stay zero, is what a thread works on if it has no cache, or while its cache is being drained.
///
/// Accessed by its thread, which marks itself busy meanwhile, or by a drainer that has put the empty cache in its place
/// (``ThreadCaches``).
package struct ThreadCache {
    /// The head of a stack.
    struct Head {
        /// The block on top; 0 if the stack is empty.
        var top: UInt
        /// The address of the word at which the top block would lie: that of the array's first word plus 8 bytes per
        /// block. 0 if the stack is unused.
        var place: UInt
        /// The place at which the stack is full; 0 if the stack is unused.
        var limit: UInt
        /// The address of the array's first word; 0 in the empty cache.
        var bottom: UInt
    }

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

    /// The layout of a whole cache, for the pool that provides its memory. The arrays of all classes lie behind one
    /// another, each with room for the most blocks of its class.
    package struct Memory {
        var heads: InlineArray<81, Head>
        var header: Header
        var words: InlineArray<12800, UInt>
    }

    private static var headShift: UInt { 5 }
    private static var headerOffset: Int { SizeClass.count << Int(headShift) }
    private static var wordsOffset: Int { headerOffset + MemoryLayout<Header>.stride }

    /// The bytes that the empty cache must have: it has no arrays, and is not in the registry.
    package static var emptyBytes: Int { headerOffset }

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
    private func head(_ sizeClass: SizeClass) -> UnsafeMutableRawPointer {
        memory + Int(bitPattern: UInt(sizeClass.rawValue) &<< Self.headShift)
    }

    @inline(__always)
    private func top(_ sizeClass: SizeClass) -> UInt { head(sizeClass).load(as: UInt.self) }

    @inline(__always)
    private func place(_ sizeClass: SizeClass) -> UInt { head(sizeClass).load(fromByteOffset: 8, as: UInt.self) }

    @inline(__always)
    private func setTop(_ block: UInt, _ sizeClass: SizeClass) { head(sizeClass).storeBytes(of: block, as: UInt.self) }

    @inline(__always)
    private func setPlace(_ place: UInt, _ sizeClass: SizeClass) {
        head(sizeClass).storeBytes(of: place, toByteOffset: 8, as: UInt.self)
    }

    @inline(__always)
    private func limit(_ sizeClass: SizeClass) -> UInt { head(sizeClass).load(fromByteOffset: 16, as: UInt.self) }

    private func bottom(_ sizeClass: SizeClass) -> UInt { head(sizeClass).load(fromByteOffset: 24, as: UInt.self) }

    /// The word at an address within an array.
    @inline(__always)
    private static func word(_ address: UInt) -> UnsafeMutablePointer<UInt> {
        UnsafeMutablePointer(bitPattern: address).unsafelyUnwrapped
    }

    /// The number of blocks on a stack. Another thread than the owner reads a figure that is close, not exact.
    package func count(_ sizeClass: SizeClass) -> Int {
        let place = place(sizeClass)
        return place == 0 ? 0 : Int(bitPattern: (place &- bottom(sizeClass)) / 8)
    }

    /// The most blocks that a stack may hold now; 0 if it is unused.
    package func capacity(_ sizeClass: SizeClass) -> Int {
        let limit = limit(sizeClass)
        return limit == 0 ? 0 : Int(bitPattern: (limit &- bottom(sizeClass)) / 8)
    }

    /// Exchanges a block for a random one of a stack, or for itself.
    ///
    /// - Parameters:
    ///   - block: a block of the class that is not on the stack.
    ///   - random: equally distributed bits.
    func exchange(_ block: UInt, _ sizeClass: SizeClass, random: UInt64) -> UInt {
        let count = UInt(bitPattern: count(sizeClass))
        // The blocks beneath the top are in the words 1 to count - 1 of the array.
        let pick = UInt(truncatingIfNeeded: random % UInt64(count + 1))
        if pick == count { return block }
        if pick == 0 {
            let other = top(sizeClass)
            setTop(block, sizeClass)
            return other
        }
        let word = Self.word(bottom(sizeClass) &+ pick &* 8)
        let other = word.pointee
        word.pointee = block
        return other
    }

    /// Pops a block.
    ///
    /// - Returns: the block; 0 if the stack is empty.
    @inline(__always)
    package func pop(_ sizeClass: SizeClass) -> UInt {
        let block = top(sizeClass)
        if block == 0 { return 0 }
        let below = place(sizeClass) &- 8
        invariant(
            below >= bottom(sizeClass)
                && below < bottom(sizeClass) &+ Self.mostBlocks(sizeClass.blockBytes.rawValue) &* 8,
            "a stack of a thread cache has an impossible count")
        setTop(Self.word(below).pointee, sizeClass)
        // A fork copies the state of this moment: the block beneath may be there twice, but is never missing.
        pageheap_compiler_fence()
        setPlace(below, sizeClass)
        return block
    }

    /// Pushes a block, or returns false if the stack is full or the block is on top already: then it is freed twice.
    @inline(__always)
    package func push(_ block: UInt, _ sizeClass: SizeClass) -> Bool {
        let place = place(sizeClass)
        if place >= limit(sizeClass) { return false }
        let below = top(sizeClass)
        if below == block { return false }
        Self.word(place).pointee = below
        // As in `pop`.
        pageheap_compiler_fence()
        setPlace(place &+ 8, sizeClass)
        pageheap_compiler_fence()
        setTop(block, sizeClass)
        return true
    }

    /// Whether a block is on top of its stack.
    func isTop(_ block: UInt, _ sizeClass: SizeClass) -> Bool { top(sizeClass) == block }

    // MARK: Whole stacks, on slow paths

    /// The blocks of a stack, the oldest first, all of them in the array; and room for as many as the capacity.
    package func blocks(_ sizeClass: SizeClass) -> UnsafeMutablePointer<UInt> {
        let place = place(sizeClass)
        if place != 0 { Self.word(place).pointee = top(sizeClass) }
        return Self.word(bottom(sizeClass) &+ 8)
    }

    /// Makes the first `count` words of what ``blocks(_:)`` returns the blocks of the stack.
    package func setCount(_ sizeClass: SizeClass, _ count: Int) {
        let place = bottom(sizeClass) &+ UInt(bitPattern: count) &* 8
        // As in `pop`. The first word of the array is 0.
        pageheap_compiler_fence()
        setPlace(place, sizeClass)
        pageheap_compiler_fence()
        setTop(Self.word(place).pointee, sizeClass)
    }

    /// Removes the lowest blocks of a stack; those above move down.
    package func dropLowest(_ dropped: Int, _ sizeClass: SizeClass) {
        let blocks = blocks(sizeClass)
        let left = count(sizeClass) - dropped
        TransferCache.copy(blocks + dropped, to: blocks, left)
        setCount(sizeClass, left)
    }

    /// Initialises memory that is zero or was a cache before: unused stacks.
    ///
    /// - Parameter caches: the number of caches, including this one.
    package func initialize(slot: UnsafeMutablePointer<pageheap_thread_slot>, caches: Int) {
        setUnused(.notSmall)
        var bottom = UInt(bitPattern: memory) &+ UInt(bitPattern: Self.wordsOffset)
        for number in 1..<SizeClass.count {
            let sizeClass = SizeClass(UInt8(number))
            setUnused(sizeClass)
            head(sizeClass).storeBytes(of: bottom, toByteOffset: 24, as: UInt.self)
            bottom &+= (Self.mostBlocks(sizeClass.blockBytes.rawValue) &+ 1) &* 8
        }
        invariant(
            bottom <= UInt(bitPattern: memory) &+ UInt(bitPattern: MemoryLayout<Memory>.size),
            "the arrays of a thread cache are larger than its memory")
        header.initialize(
            to: Header(
                slot: slot, cachesAtStart: UInt32(truncatingIfNeeded: caches),
                threadIdentifier: pageheap_thread_identifier()))
    }

    private func setUnused(_ sizeClass: SizeClass) {
        setTop(0, sizeClass)
        setPlace(0, sizeClass)
        head(sizeClass).storeBytes(of: 0, toByteOffset: 16, as: UInt.self)
    }

    /// Whether the stack has not been used yet, or not since its cache was drained while the thread slept.
    package func isNew(_ sizeClass: SizeClass) -> Bool { limit(sizeClass) == 0 }

    /// Returns the capacity of a stack, and settles it at the first use. Called by the owner, on its slow path.
    package func settledCapacity(_ sizeClass: SizeClass, blockBytes: UInt32) -> Int {
        let settled = capacity(sizeClass)
        if settled != 0 { return settled }
        let most = Self.capacity(blockBytes: UInt(blockBytes), caches: UInt(header.pointee.cachesAtStart))
        // The place first: a stack without one must not look as if it had room.
        setCount(sizeClass, 0)
        setCapacity(sizeClass, most)
        return Int(bitPattern: most)
    }

    private func setCapacity(_ sizeClass: SizeClass, _ capacity: UInt) {
        invariant(
            capacity <= Self.mostBlocks(sizeClass.blockBytes.rawValue),
            "a stack of a thread cache has an impossible capacity")
        head(sizeClass).storeBytes(of: bottom(sizeClass) &+ capacity &* 8, toByteOffset: 16, as: UInt.self)
    }

    /// Raises the capacity of a stack that was found empty, within the bounds for the class and for the whole cache.
    /// Called by the owner, on its slow path.
    func grow(_ sizeClass: SizeClass, blockBytes: UInt32) {
        let capacity = UInt(bitPattern: capacity(sizeClass))
        let most = Self.mostBlocks(UInt(blockBytes))
        let more = min(capacity + (capacity + 1) / 2, most)
        guard more > capacity else { return }
        let bytes = UInt32(truncatingIfNeeded: (more - capacity) * UInt(blockBytes))
        let caches = max(Tunables.fullGrowthCaches, UInt(header.pointee.cachesAtStart))
        guard UInt(header.pointee.grownBytes + bytes) * caches <= Tunables.cacheGrowthBytes * Tunables.fullGrowthCaches
        else { return }
        header.pointee.grownBytes += bytes
        setCapacity(sizeClass, more)
    }

    /// Makes all stacks, which are empty, unused again, for a cache that was drained because its thread sleeps. So their
    /// capacities begin with their first values.
    package func shrink() {
        if header.pointee.grownBytes == 0 { return }
        header.pointee.grownBytes = 0
        for number in 1..<SizeClass.count { setUnused(SizeClass(UInt8(number))) }
    }

    /// The most blocks that a stack may ever hold.
    private static func mostBlocks(_ blockBytes: UInt) -> UInt {
        min(
            max(Tunables.grownCacheBytesPerClass / blockBytes, Tunables.grownCacheBlockMinimum),
            Tunables.cacheBlockLimit)
    }

    /// Returns the first capacity of a stack, in blocks.
    ///
    /// - Parameters:
    ///   - blockBytes: the size of the blocks.
    ///   - caches: the number of caches when this one was created.
    package static func capacity(blockBytes: UInt, caches: UInt) -> UInt {
        let bytes = Tunables.cacheBytesPerClass * Tunables.fullSizeCaches / max(Tunables.fullSizeCaches, caches)
        let least = min(Tunables.cacheBlockMinimum, Tunables.grownCacheBytesPerClass / blockBytes)
        return min(max(bytes / blockBytes, least), Tunables.cacheBlockLimit)
    }

    /// The number of blocks on all stacks.
    var totalBlocks: UInt32 {
        var total: UInt32 = 0
        for number in 1..<SizeClass.count {
            total &+= UInt32(truncatingIfNeeded: count(SizeClass(UInt8(number))))
        }
        return total
    }
}
