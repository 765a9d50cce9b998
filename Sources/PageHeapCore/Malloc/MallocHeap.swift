import Synchronization

/// malloc and free on a page heap: small blocks from thread caches over spans, large blocks as spans of their own.
///
/// A handle on a ``MallocState`` in memory that does not move. An allocation descends from the thread cache
/// (``allocate(_:)``) to the transfer cache (`MallocHeap+Transfer`), the class's spans (`CentralFreeLists`), to a page
/// cache or the page allocator (`Heap+Allocate`), and to the operating system (`AddressSpace`).
package struct MallocHeap<System: OperatingSystem> {
    package let state: UnsafeMutablePointer<MallocState<System>>

    @inline(__always)
    package init(_ state: UnsafeMutablePointer<MallocState<System>>) { self.state = state }

    /// Sets up the heap in the memory of its state, which the caller provides zeroed.
    ///
    /// - Parameters:
    ///   - system: the operating system to use.
    ///   - configuration: options of the page heap below; sizes are set here.
    ///   - hardening: which wrong uses are caught. If the system refuses memory for a level, it is a lower one.
    ///   - guardInterval: the mean number of requests from one guarded block to the next at level 2; 0 for none.
    ///   - samples: how often allocations are sampled. If the system refuses memory for that, none are.
    /// - Returns: false if the system refuses address space.
    package func start(
        system: System, configuration: HeapConfiguration, hardening: HardeningLevel = .unhardened,
        guardInterval: UInt64 = Tunables.guardInterval, samples: SampleRate = SampleRate(meanBytes: 0)
    ) -> Bool {
        var configuration = configuration
        configuration.reservationBytes = Tunables.mallocReservationBytes
        configuration.firstBytes = Tunables.mallocFirstBytes
        configuration.countsLiveBytes = true
        state.pointee.spans.checksFrees = hardening != .unhardened
        state.pointee.spans.hasFastFree = samples.meanBytes == 0 && hardening != .full
        guard Heap.start(in: heap.state, system: system, configuration: configuration, for: spans) != nil
        else { return false }
        // The first thread's cache lies next to the heap's metadata: most processes have only this one.
        let bytes = ByteCount(UInt(MemoryLayout<ThreadCache.Memory>.size))
        let cache = heap.locked.pointee.pages.arena.allocate(bytes, alignment: 64, using: heap.system)
        if let cache { state.pointee.caches.begin(with: cache, bytes) }
        state.pointee.classes = SizeClassTable()
        let isSampled = samples.meanBytes != 0 && beginSampling(samples)
        let isHardened = hardening == .full && beginHardening(guardInterval: guardInterval)
        let limit = SizeClass.largestBytes.rawValue + 1
        let isSlow = isSampled || isHardened
        state.pointee.quickLimit = checksFrees || isSlow ? 0 : limit
        state.pointee.checkedLimit = checksFrees && !isSlow ? limit : 0
        state.pointee.exitKey = .max
        return true
    }

    /// Returns all address space to the system. The worker has stopped, and no thread may use the heap any more.
    package func shutDown() {
        endSampling()
        endHardening()
        heap.shutDown(for: spans)
    }

    /// The page heap below.
    @inline(__always)
    package var heap: Heap<System> { Heap(withUnsafeMutablePointer(to: &state.pointee.heap) { $0 }) }

    /// The spans: which one owns an address, and their records.
    @inline(__always)
    package var spans: SpanMap<System> {
        SpanMap(withUnsafeMutablePointer(to: &state.pointee.spans) { $0 }, heap: heap)
    }

    @inline(__always)
    var classes: SizeClassLookup { SizeClassLookup(withUnsafeMutablePointer(to: &state.pointee.classes) { $0 }) }

    /// The shards of what threads share.
    @inline(__always)
    var shards: CentralShards { CentralShards(withUnsafeMutablePointer(to: &state.pointee.shards) { $0 }) }

    /// The central free lists.
    @inline(__always)
    var central: CentralFreeLists<System> { CentralFreeLists(shards: shards, classes: classes, spans: spans) }

    /// Allocates a small block from the thread cache: the fast path, and all that most requests take.
    ///
    /// - Parameters:
    ///   - bytes: the size requested.
    ///   - otherwise: called if the cache holds no such block, the request is not small, frees are checked, or the heap
    ///     is not set up yet.
    @inline(__always)
    package func allocateFromCache(
        _ bytes: UInt, otherwise: () -> UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        guard bytes < state.pointee.quickLimit else { return otherwise() }
        return pop(classes.sizeClass(holding: ByteCount(bytes)), otherwise: otherwise)
    }

    /// Takes a block from the thread cache.
    ///
    /// - Parameters:
    ///   - note: called with the block's address, after the thread has left the cache.
    ///   - otherwise: called if the cache holds no block of the class.
    @inline(__always)
    func pop(
        _ sizeClass: SizeClass, note: (UInt) -> Void = { _ in }, otherwise: () -> UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        let slot = ThreadSlot.current
        let block = slot.enter().pop(sizeClass)
        slot.leave()
        if block == 0 { return otherwise() }
        note(block)
        return UnsafeMutableRawPointer(bitPattern: block)
    }

    /// Puts a block into the thread cache; returns false if its stack is full.
    @inline(__always)
    func push(_ address: UInt, _ sizeClass: SizeClass) -> Bool {
        let slot = ThreadSlot.current
        let isTaken = slot.enter().push(address, sizeClass)
        slot.leave()
        return isTaken
    }

    /// Frees a small block of the first range into the thread cache: the fast path, and all that most frees take.
    ///
    /// - Parameter address: the block, in the grown part of the first range.
    /// - Returns: false if it is not a small block or the stack is full; then call ``freeSlowly(_:)``.
    @inline(__always)
    package func freeToCache(_ address: UInt) -> Bool {
        // Class 0 stands for everything that is not a small block; its stack has no room in any cache.
        push(address, spans.quickSizeClass(of: address))
    }

    /// Allocates a block, from the thread cache if possible; nil if there is no memory. The caller holds no lock.
    @inline(__always)
    package func allocate(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        allocateFromCache(bytes) { allocateChecked(bytes) { allocateSlowly(bytes) } }
    }

    /// Frees a block, into the thread cache if possible. Aborts if the address cannot be freed. The caller holds no
    /// lock.
    @inline(__always)
    package func free(_ address: UInt) {
        let unit = spans.unit(of: address)
        let isFreed = spans.isQuick(unit) ? freeToCache(address) : freeChecked(address, unit)
        if !isFreed { freeSlowly(address) }
    }

    /// Counts bytes of blocks that were taken by thread caches or the program, or that came back from them.
    ///
    /// - Parameters:
    ///   - bytes: bytes of the blocks.
    ///   - shard: the caller's shard, or any.
    ///   - out: whether they were taken.
    @inline(__always)
    func noteLive(_ bytes: UInt, _ shard: ShardIndex, out: Bool) {
        if out {
            LiveBytes.add(bytes, to: heap.liveBytes, shard)
        } else {
            LiveBytes.subtract(bytes, from: heap.liveBytes, shard)
        }
    }
}

/// The whole state of a malloc heap, in memory that does not move: a page heap, and the blocks above it. Accessed
/// through the handle ``MallocHeap``.
package struct MallocState<System: OperatingSystem>: ~Copyable {
    /// First, because every free reads its first words.
    var spans: SpanMapState
    /// Requests smaller than this may be served from the thread cache at once: all small ones, or none (0) if frees are
    /// checked, allocations are sampled, or the hardening level is 2.
    var quickLimit: UInt
    /// The same limit for requests of a heap at hardening level 1; 0 if it samples.
    var checkedLimit: UInt

    var classes: SizeClassTable
    var shards: CentralShardsState
    var caches: ThreadCaches
    var holePass: HolePass
    /// The number of live large blocks whose memory was moved to them. Relaxed: a few may exceed the bound.
    let movedBlocks: Atomic<UInt>
    /// The number of threads that are reclaiming all that is idle, for a large block that cannot be had otherwise.
    /// Relaxed: a free that does not see it yet is reclaimed by the next try.
    let shortages: Atomic<UInt32>
    var heap: HeapState<System>
    var sampling: SamplingState
    var hardening: HardeningState
    var random: RandomSeed
    /// Set if no thread-exit key could be created: caches would leak, so threads get none.
    var refusesCaches: Bool
    /// The key whose destructor runs when a thread with a cache exits; the maximum if there is none.
    var exitKey: UInt32
}
