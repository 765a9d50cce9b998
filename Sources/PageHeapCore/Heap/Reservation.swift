/// A stretch of address space that the heap has reserved, and how far it has grown into it. As a rule it is only chosen: other
/// mappings of the process may come to lie in what is not accessible.
///
///     base ──── in the allocator ──── grownEnd ── accessible ── accessibleEnd ──── reserved ──── end
///
/// A malloc's first chunk may be in the allocator before all of it is accessible; the rest is withheld: in use, as far as the
/// allocator knows. Addresses are the process's.
struct Reservation {
    var base: UInt = 0
    var end: UInt = 0
    var grownEnd: UInt = 0
    var accessibleEnd: UInt = 0
    /// The table that says which span a page belongs to, where the heap keeps one.
    var table: SpanTable?

    var isEmpty: Bool { base == end }

    var size: ByteCount { ByteCount(end &- base) }
}
