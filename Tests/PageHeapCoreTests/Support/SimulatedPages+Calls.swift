import PageHeapCore
import PageHeapSimulation

/// The allocator's calls as functions of a class: what cannot be copied cannot stand in an expectation.
extension SimulatedPages {
    /// Takes pages. Answers where.
    func allocate(_ count: UInt, alignment: UInt = 1) -> OffsetAddress? {
        pages.allocate(PageCount(count), alignment: PageCount(alignment))?.base
    }

    func free(_ base: OffsetAddress, _ count: UInt) { pages.free(base: base, count: PageCount(count)) }

    func isFree(_ base: OffsetAddress, _ count: UInt) -> Bool { pages.isFree(base: base, count: PageCount(count)) }
}
