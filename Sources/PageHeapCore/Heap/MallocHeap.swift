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
        state.pointee.classes = SizeClassTable()
        state.pointee.exitKey = .max
        state.pointee.largestRequestBytes = min(system.largestRequestBytes, Tunables.reservationBytes)
        state.pointee.caches.prepareToDrain()
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

    /// A small block from the thread's cache: the whole way of most requests. Nothing where the cache has none, where
    /// the request is not small, and before the heap is set up: then ``allocateSlowly(_:)``.
    @inline(__always)
    package func allocateFromCache(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        guard bytes <= SizeClass.largestBytes.rawValue else { return nil }
        let sizeClass = classes.sizeClass(holding: ByteCount(bytes))
        let slot = ThreadSlot.current
        let block = slot.enter().pop(sizeClass)
        slot.leave()
        return UnsafeMutableRawPointer(bitPattern: block)
    }

    /// Puts a small block into the thread's cache: the whole way of most frees. False where the address is none of a
    /// small block of the first reservation, or the cache is full: then ``freeSlowly(_:)``.
    @inline(__always)
    package func freeToCache(_ address: UInt) -> Bool {
        // Class 0, of what is no small block, has no room in any cache.
        guard let entry = heap.firstSpanEntry(of: address) else { return false }
        let sizeClass = entry.sizeClass
        let slot = ThreadSlot.current
        let taken = slot.enter().push(address, sizeClass)
        slot.leave()
        return taken
    }

    /// A block, from the cache or past it. Nothing where there is no memory.
    @inline(__always)
    package func allocate(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        allocateFromCache(bytes) ?? allocateSlowly(bytes)
    }

    /// Frees a block, into the cache or past it.
    @inline(__always)
    package func free(_ address: UInt) {
        if !freeToCache(address) { freeSlowly(address) }
    }

    /// Notes bytes of blocks that left for the caches or the program, or came back.
    @inline(__always)
    func noteLive(_ bytes: UInt, out: Bool) {
        if out {
            state.pointee.heap.liveBytes.wrappingAdd(bytes, ordering: .relaxed)
        } else {
            // Before the look whether the worker is parked: see `Heap.park`.
            state.pointee.heap.liveBytes.wrappingSubtract(bytes, ordering: .sequentiallyConsistent)
        }
    }
}
