import PageHeapCore

/// A page allocator and its scavenger's search, without the rest of a heap, on any operating system.
///
/// It owns the memory of both, which must not move. It may be used by one thread at a time.
package final class SimulatedPages<System: OperatingSystem> {
    package let system: System
    package let machine: MachineFigures
    private let heap: UnsafeMutablePointer<LockedPages>
    private let space: UnsafeMutablePointer<SearchSpace>
    /// The search over the allocator's pages.
    package let search: ScavengeSearch

    /// Creates an allocator without memory. Returns nil if the system refuses address space.
    package init?(_ system: System) {
        self.system = system
        machine = MachineFigures(of: system)
        let window = AddressRange(base: .minimum, limit: .maximum)
        guard let pages = PageAllocator(window: window, using: system) else { return nil }
        guard let searchSpace = SearchSpace(using: system) else {
            pages.cancel(using: system)
            return nil
        }
        heap = .allocate(capacity: 1)
        heap.initialize(to: LockedPages(pages))
        space = .allocate(capacity: 1)
        space.initialize(to: searchSpace)
        search = ScavengeSearch(heap: heap, space: space, machine: machine)
    }

    deinit {
        heap.pointee.pages.cancel(using: system)
        space.pointee.cancel(using: system)
        heap.deinitialize(count: 1)
        heap.deallocate()
        space.deinitialize(count: 1)
        space.deallocate()
    }

    /// The allocator.
    package var pages: PageAllocator {
        _read { yield heap.pointee.pages }
        _modify { yield &heap.pointee.pages }
    }

    /// The heap's counters. They count only what the scavenger releases.
    package var ledger: HeapLedger { heap.pointee.ledger }

    /// The scavenger's search space.
    package var searchSpace: SearchSpace {
        _read { yield space.pointee }
    }

    /// Adds chunks to the heap.
    ///
    /// - Returns: false if the system refuses.
    package func grow(_ first: ChunkIndex, chunks: UInt) -> Bool {
        let range = AddressRange(base: first.base, limit: (first + ChunkIndex(chunks)).base)
        return pages.grow(range, using: system)
    }
}
