import Synchronization

/// malloc and free on a heap: small blocks from thread caches over spans, large blocks as spans of their own.
///
/// A handle on a ``MallocState`` in memory that does not move. One allocation's way down: the thread's cache
/// (``allocate(_:)``), the class's spans (`MallocHeap+Refill`), a page cache or the page allocator (`Heap+Allocate`), the
/// operating system (`Heap+Growth`).
package struct MallocHeap<System: OperatingSystem> {
    package let state: UnsafeMutablePointer<MallocState<System>>

    @inline(__always)
    package init(_ state: UnsafeMutablePointer<MallocState<System>>) { self.state = state }

    /// Sets up a heap in zeroed memory that its maker provides, as large as ``MallocState``.
    ///
    /// - Returns: false if the system refuses address space.
    package func start(system: System, configuration: HeapConfiguration) -> Bool {
        var configuration = configuration
        configuration.keepsSpans = true
        guard Heap.start(in: heap.state, system: system, configuration: configuration) != nil else { return false }
        // The first thread's cache lies with the heap's books: most processes have no other.
        let bytes = ByteCount(UInt(MemoryLayout<ThreadCache.Memory>.size))
        let cache = heap.locked.pointee.pages.arena.allocate(bytes, alignment: 64, using: heap.state.pointee.system)
        if let cache { state.pointee.caches.begin(with: cache, bytes) }
        state.pointee.classes = SizeClassTable()
        state.pointee.quickLimit = checksFrees ? 0 : SizeClass.largestBytes.rawValue + 1
        state.pointee.checkedLimit = checksFrees ? SizeClass.largestBytes.rawValue + 1 : 0
        state.pointee.exitKey = .max
        return true
    }

    /// The heap of pages below.
    @inline(__always)
    package var heap: Heap<System> { Heap(withUnsafeMutablePointer(to: &state.pointee.heap) { $0 }) }

    @inline(__always)
    var classes: SizeClassLookup { SizeClassLookup(withUnsafeMutablePointer(to: &state.pointee.classes) { $0 }) }

    /// The central lists.
    @inline(__always)
    var central: CentralSpans<Heap<System>> {
        CentralSpans(
            lists: withUnsafeMutablePointer(to: &state.pointee.lists) { $0 },
            classes: classes, source: heap)
    }

    /// A small block from the thread's cache: the whole way of most requests.
    ///
    /// - Parameter otherwise: where the cache has none, where the request is not small, where frees are checked, and before
    ///   the heap is set up.
    @inline(__always)
    package func allocateFromCache(
        _ bytes: UInt, otherwise: () -> UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        guard bytes < state.pointee.quickLimit else { return otherwise() }
        return pop(classes.sizeClass(holding: ByteCount(bytes)), otherwise: otherwise)
    }

    /// A block of the thread's cache.
    ///
    /// - Parameters:
    ///   - note: is given its address, after the thread has done with the cache.
    ///   - otherwise: where the cache has none.
    @inline(__always)
    func pop(
        _ sizeClass: SizeClass, note: (UInt) -> Void = { _ in }, otherwise: () -> UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        let slot = ThreadSlot.current
        let cache = slot.enter()
        let count = cache.count(sizeClass)
        if count == 0 {
            slot.leave()
            return otherwise()
        }
        let block = cache.removeTop(sizeClass, of: count)
        slot.leave()
        note(block)
        return UnsafeMutableRawPointer(bitPattern: block)
    }

    /// Puts a block into the thread's cache; false where it is full.
    @inline(__always)
    func push(_ address: UInt, _ sizeClass: SizeClass) -> Bool {
        let slot = ThreadSlot.current
        let isTaken = slot.enter().push(address, sizeClass)
        slot.leave()
        return isTaken
    }

    /// Puts a small block of the first reservation into the thread's cache: the whole way of most frees. False where it is
    /// none, or the cache is full: then ``freeSlowly(_:)``.
    ///
    /// - Parameters:
    ///   - unit: the address's offset, as ``Heap/unit(of:)`` tells it.
    @inline(__always)
    package func freeToCache(_ address: UInt, _ unit: UInt) -> Bool {
        // Class 0, of what is no small block, has no room in any cache.
        push(address, heap.sizeClass(ofUnit: unit))
    }

    /// A block, from the cache or past it. Nothing where there is no memory.
    @inline(__always)
    package func allocate(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        allocateFromCache(bytes) { allocateChecked(bytes) { allocateSlowly(bytes) } }
    }

    /// Frees a block, into the cache or past it.
    @inline(__always)
    package func free(_ address: UInt) {
        let unit = heap.unit(of: address)
        let isFreed = heap.isQuick(unit) ? freeToCache(address, unit) : freeChecked(address, unit)
        if !isFreed { freeSlowly(address) }
    }

    /// Notes bytes of blocks that left for the caches or the program, or came back.
    ///
    /// - Parameter sizeClass: of the blocks.
    @inline(__always)
    func noteLive(_ bytes: UInt, _ sizeClass: SizeClass = .notSmall, out: Bool) {
        if out {
            LiveBytes.add(bytes, to: heap.liveBytes, group: sizeClass.index)
        } else {
            LiveBytes.subtract(bytes, from: heap.liveBytes, group: sizeClass.index)
        }
    }
}
