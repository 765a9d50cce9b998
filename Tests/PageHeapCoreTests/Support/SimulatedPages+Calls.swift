import PageHeapCore
import PageHeapSimulation

/// The allocator's calls as methods of a class: an expectation cannot contain a noncopyable value.
extension SimulatedPages {
    /// Allocates pages, and returns where they lie.
    func allocate(_ count: UInt, alignment: UInt = 1) -> OffsetAddress? {
        pages.allocate(PageCount(count), alignment: PageCount(alignment))?.base
    }

    func free(_ base: OffsetAddress, _ count: UInt) { pages.free(base: base, count: PageCount(count)) }

    func isFree(_ base: OffsetAddress, _ count: UInt) -> Bool { pages.isFree(base: base, count: PageCount(count)) }
}
