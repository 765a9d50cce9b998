import CPageHeap
import Synchronization

/// A heap of pages on an operating system: page allocator, page caches, scavenger, limits and ledger.
///
/// A handle on a ``HeapState`` in memory that does not move; copies refer to the same heap. Safe to use from several
/// threads at once.
package struct Heap<System: OperatingSystem> {
    package let state: UnsafeMutablePointer<HeapState<System>>

    @inline(__always)
    package init(_ state: UnsafeMutablePointer<HeapState<System>>) { self.state = state }

    /// Sets up a heap in memory that the caller provides.
    ///
    /// - Parameters:
    ///   - state: zeroed memory of the size of ``HeapState``, which must not move.
    ///   - system: the operating system to use.
    ///   - configuration: options; numbers outside their range are clamped.
    /// - Returns: the heap; nil if the system refuses address space, and then the memory must not be used.
    package static func start(
        in state: UnsafeMutablePointer<HeapState<System>>, system: System, configuration: HeapConfiguration
    ) -> Heap<System>? {
        guard let first = reserve(atLeast: PageGeometry.chunkBytes, system, configuration) else { return nil }
        let window = AddressRange(
            base: OffsetAddress(first.base &- configuration.arenaBaseOffset),
            limit: OffsetAddress(first.end &- configuration.arenaBaseOffset))
        // In this order, the reservation's page map, the arena and the records become one mapping.
        guard let arena = PageAllocator.makeArena(using: system) else {
            cancel(first, system)
            return nil
        }
        if configuration.keepsSpans {
            // A span has at least one page, so there can be no more spans than pages.
            let limit = Int(ByteCount(first.end &- first.base).pagesRoundedUp.rawValue) * Tunables.reservationLimit
            guard state.pointee.records.start(limit: limit, using: system) else {
                arena.cancel(using: system)
                cancel(first, system)
                return nil
            }
        }
        guard var pages = PageAllocator(window: window, arena: arena, using: system) else {
            state.pointee.records.cancel(using: system)
            cancel(first, system)
            return nil
        }
        guard let ranges = AddressRanges(in: &pages.arena, using: system) else {
            pages.cancel(using: system)
            state.pointee.records.cancel(using: system)
            cancel(first, system)
            return nil
        }
        state.pointee.machine = MachineFigures(of: system)
        state.pointee.configuration = configuration.bounded
        state.pointee.discardedReadsZero = system.releasedMemoryReadsZero()
        state.pointee.releasedReadsZero = configuration.releaseMethod == .now && state.pointee.discardedReadsZero
        state.pointee.locked.pages = pages
        state.pointee.space.start(ranges)
        state.pointee.hugePagesComeUnasked = system.hugePagesComeUnasked
        if configuration.hugePages == .growth || state.pointee.hugePagesComeUnasked {
            state.pointee.space.hugePages = HugePages(state.pointee.machine, using: system)
        }
        state.pointee.goal.store(.max, ordering: .relaxed)
        state.pointee.reservations[0] = first
        if let table = first.table {
            state.pointee.firstBase = first.base
            state.pointee.firstEntries = table.lowParts
            if configuration.hardeningLevel > 0 {
                state.pointee.blockStates = BlockStates(bytes: first.size, using: system)
            }
        }
        state.pointee.reservationCount = 1
        withUnsafeMutablePointer(to: &state.pointee.system) { $0.initialize(to: system) }
        let heap = Heap(state)
        heap.storeMemoryLimit(configuration.memoryLimit)
        heap.setTrace(configuration.trace)
        if configuration.releasesInCallers { heap.releaseInCallersForGood() }
        return heap
    }

    /// Returns all address space to the system. The worker has stopped, and no thread may use the heap any more.
    package func shutDown() {
        for index in 0..<state.pointee.reservationCount {
            Self.cancel(state.pointee.reservations[index], state.pointee.system)
        }
        state.pointee.blockStates?.cancel(using: state.pointee.system)
        state.pointee.space.cancel(using: state.pointee.system)
        state.pointee.records.cancel(using: state.pointee.system)
        state.pointee.locked.pages.cancel(using: state.pointee.system)
    }

    /// Unmaps a reservation and its page map, and returns the address space.
    static func cancel(_ reservation: Reservation, _ system: borrowing System) {
        system.unmap(reservation.base, ByteCount(reservation.accessibleEnd &- reservation.base))
        system.cancel(reservation.base, reservation.size)
        reservation.table?.cancel(using: system)
    }

    /// Reserves address space for the heap: the usual size, halved while the system refuses. If the process's address
    /// space is limited and reserving counts, takes half of what is available, because the program needs the rest; each
    /// further reservation takes half of what is left.
    ///
    /// - Parameter bytes: the least that will do, rounded up to whole chunks.
    /// - Returns: the reservation, with a page map if the heap keeps spans; nil if the system refuses.
    static func reserve(
        atLeast bytes: ByteCount, _ system: borrowing System, _ configuration: HeapConfiguration
    ) -> Reservation? {
        let floor = bytes.roundedUp(to: PageGeometry.chunkBytes)
        var size = max(configuration.reservationBytes, floor)
        var isShare = !system.isAddressSpaceLimited
        while size >= floor {
            if let base = system.reserve(size, alignment: PageGeometry.chunkBytes) {
                if !isShare {
                    isShare = true
                    system.cancel(base, size)
                    size = max(ByteCount(size.rawValue / 2), floor).roundedDown(to: PageGeometry.chunkBytes)
                    continue
                }
                var reservation = Reservation()
                reservation.base = base
                reservation.end = base &+ size.rawValue
                reservation.grownEnd = base
                reservation.accessibleEnd = base
                if !configuration.keepsSpans { return reservation }
                if let table = PageMap(base: base, bytes: size, using: system) {
                    reservation.table = table
                    return reservation
                }
                system.cancel(base, size)
            }
            size = ByteCount(size.rawValue / 2).roundedDown(to: PageGeometry.chunkBytes)
        }
        return nil
    }

    /// The state guarded by the heap lock.
    @inline(__always)
    var locked: UnsafeMutablePointer<LockedPages> { withUnsafeMutablePointer(to: &state.pointee.locked) { $0 } }

    /// One of the page caches.
    @inline(__always)
    func pageCache(_ shard: Int) -> UnsafeMutablePointer<PageCacheShard> {
        withUnsafeMutablePointer(to: &state.pointee.shards) { InPlace($0)[shard] }
    }

    @inline(__always)
    var liveBytes: UnsafeMutablePointer<LiveBytes> { withUnsafeMutablePointer(to: &state.pointee.liveBytes) { $0 } }

    /// The background worker's state.
    package var worker: UnsafePointer<WorkerState> { withUnsafePointer(to: state.pointee.worker) { $0 } }

    /// Whether pages without physical memory read as zero.
    package var releasedReadsZero: Bool { state.pointee.releasedReadsZero }

    /// Whether pages whose contents have been discarded read as zero.
    package var discardedReadsZero: Bool { state.pointee.discardedReadsZero }

    /// Counts of released memory that was used again.
    package var reuse: UnsafeMutablePointer<ReuseCounts> {
        withUnsafeMutablePointer(to: &state.pointee.space.reuse) { $0 }
    }

    /// The scavenger's search in this heap.
    package var search: ScavengeSearch {
        ScavengeSearch(
            heap: locked, space: withUnsafeMutablePointer(to: &state.pointee.space) { $0 },
            machine: state.pointee.machine, arenaBaseOffset: state.pointee.configuration.arenaBaseOffset,
            method: state.pointee.configuration.releaseMethod)
    }

    @inline(__always)
    func process(_ address: OffsetAddress) -> UInt { address.rawValue &+ state.pointee.configuration.arenaBaseOffset }

    @inline(__always)
    func offset(_ address: UInt) -> OffsetAddress {
        OffsetAddress(address &- state.pointee.configuration.arenaBaseOffset)
    }
}
