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
    ///   - user: the layer above the heap, if it keeps data per page.
    /// - Returns: the heap; nil if the system refuses address space, and then nothing is left of it.
    package static func start(
        in state: UnsafeMutablePointer<HeapState<System>>, system: System, configuration: HeapConfiguration,
        for user: some RangeUser = NoRangeUser()
    ) -> Heap<System>? {
        let heap = Heap(state)
        withUnsafeMutablePointer(to: &state.pointee.system) { $0.initialize(to: system) }
        state.pointee.configuration = configuration.bounded
        guard heap.reserveFirst(for: user) else { return nil }
        state.pointee.machine = MachineFigures(of: system)
        state.pointee.discardedReadsZero = system.releasedMemoryReadsZero()
        state.pointee.locked.beganAt = system.monotonicNanoseconds()
        state.pointee.hugePagesComeUnasked = system.hugePagesComeUnasked
        if configuration.hugePages == .growth || state.pointee.hugePagesComeUnasked {
            state.pointee.space.hugePages = HugePages(state.pointee.machine, using: system)
        }
        heap.startOwnWorker()
        state.pointee.goals.start(heap.configuration)
        heap.setTrace(configuration.trace)
        if configuration.releasesInCallers { heap.releaseInCallersForGood() }
        return heap
    }

    /// Reserves the first range, and memory for the heap's own metadata.
    ///
    /// - Returns: false if the system refuses; then nothing is left of either.
    private func reserveFirst(for user: some RangeUser) -> Bool {
        let usual = configuration.usualReservationBytes(0)
        guard state.pointee.addressSpace.reserve(atLeast: PageGeometry.chunkBytes, system, usual: usual, for: user)
        else { return false }
        let first = state.pointee.addressSpace.first
        let window = AddressRange(base: offset(first.base), limit: offset(first.end))
        let most = PageCount(
            ByteCount(first.end &- first.base).pagesRoundedUp.rawValue * UInt(Tunables.reservationLimit))
        // In this order, the user's data for the first range, the arena and the user's other data become one mapping.
        if let arena = PageAllocator.makeArena(using: system) {
            if user.begin(pages: most) {
                // If this fails, the arena is gone.
                if var pages = PageAllocator(window: window, arena: arena, using: system) {
                    if let ranges = AddressRanges(in: &pages.arena, using: system) {
                        state.pointee.locked.pages = pages
                        state.pointee.space.start(ranges)
                        return true
                    }
                    pages.cancel(using: system)
                }
                user.end()
            } else {
                arena.cancel(using: system)
            }
        }
        state.pointee.addressSpace.cancel(system, for: user)
        return false
    }

    /// Returns all address space to the system. The worker has stopped, and no thread may use the heap any more.
    package func shutDown(for user: some RangeUser = NoRangeUser()) {
        state.pointee.addressSpace.cancel(system, for: user)
        state.pointee.space.cancel(using: system)
        user.end()
        state.pointee.locked.pages.cancel(using: system)
    }

    /// The operating system.
    @inline(__always)
    var system: System { state.pointee.system }

    /// The options.
    @inline(__always)
    var configuration: HeapConfiguration { state.pointee.configuration }

    /// The state guarded by the heap lock.
    @inline(__always)
    var locked: UnsafeMutablePointer<LockedPages> { withUnsafeMutablePointer(to: &state.pointee.locked) { $0 } }

    /// The page caches.
    @inline(__always)
    var pageCaches: PageCaches { PageCaches(withUnsafeMutablePointer(to: &state.pointee.shards) { $0 }) }

    @inline(__always)
    var liveBytes: UnsafeMutablePointer<LiveBytes> { withUnsafeMutablePointer(to: &state.pointee.liveBytes) { $0 } }

    /// Whether pages without physical memory read as zero when they are touched. Not so if memory is released lazily,
    /// because such pages may keep their contents.
    package var releasedReadsZero: Bool { configuration.releaseMethod == .now && discardedReadsZero }

    /// Whether memory released with ``ReleaseMethod/now`` reads as zero, whichever method is used for free memory.
    package var discardedReadsZero: Bool { state.pointee.discardedReadsZero }

    /// The unit in which memory is released.
    package var physicalPage: ByteCount { state.pointee.machine.physicalPage }

    /// Counts of released memory that was used again.
    package var reuse: UnsafeMutablePointer<ReuseCounts> {
        withUnsafeMutablePointer(to: &state.pointee.space.reuse) { $0 }
    }

    @inline(__always)
    func process(_ address: OffsetAddress) -> UInt { address.rawValue &+ state.pointee.configuration.arenaBaseOffset }

    @inline(__always)
    func offset(_ address: UInt) -> OffsetAddress {
        OffsetAddress(address &- state.pointee.configuration.arenaBaseOffset)
    }
}
