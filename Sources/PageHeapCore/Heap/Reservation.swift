/// A range of reserved address space, and how far the heap has grown into it. As a rule it is only chosen: other
/// mappings of the process may come to lie in the part that is not accessible.
///
///     base ──── in the allocator ──── grownEnd ── accessible ── accessibleEnd ──── reserved ──── end
///
/// The first chunk of a malloc heap may be in the allocator before all of it is accessible; the withheld rest counts as
/// in use there. Addresses are process addresses.
struct Reservation {
    var base: UInt = 0
    var end: UInt = 0
    var grownEnd: UInt = 0
    var accessibleEnd: UInt = 0
    /// The page map from pages to spans, if the heap keeps one.
    var table: PageMap?

    var isEmpty: Bool { base == end }

    var size: ByteCount { ByteCount(end &- base) }
}
