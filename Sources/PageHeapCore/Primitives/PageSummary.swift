/// The summary of a range of pages: the free pages at its low end, its longest free run, and the free pages at its high
/// end, packed into 64 bits, the start lowest.
///
/// A field has 21 bits in 48 bits of address space: log2 of the pages of a root entry, see ``PageGeometry``. The
/// largest value, 2^21, does not fit it: bit 63 alone means that all three are 2^21, which only a root entry can have.
/// Zero means that no page is free.
package struct PageSummary: Equatable, Sendable {
    package let packed: UInt64

    private static var fieldBits: Int { PageGeometry.row.levelLogPages(0) }
    private static var fieldMask: UInt64 { (1 &<< UInt64(fieldBits)) &- 1 }
    private static var allFree: UInt64 { 1 &<< 63 }
    private static var largest: UInt { 1 &<< UInt(fieldBits) }

    @inline(__always)
    package init(packed: UInt64) { self.packed = packed }

    /// - Parameters:
    ///   - start: free pages at the low end, at most 2^21.
    ///   - longest: pages of the longest free run. If it is 2^21, all three are.
    ///   - end: free pages at the high end, at most 2^21.
    @inline(__always)
    package init(start: UInt, longest: UInt, end: UInt) {
        packed =
            longest == Self.largest
            ? Self.allFree
            : UInt64(truncatingIfNeeded: start)
                | UInt64(truncatingIfNeeded: longest) &<< UInt64(Self.fieldBits)
                | UInt64(truncatingIfNeeded: end) &<< UInt64(2 * Self.fieldBits)
    }

    /// Returns the summary of a range of free pages.
    @inline(__always)
    package static func free(_ pages: UInt) -> PageSummary { PageSummary(start: pages, longest: pages, end: pages) }

    package static var full: PageSummary { PageSummary(packed: 0) }

    package static var freeChunk: PageSummary { free(PageGeometry.pagesPerChunk.rawValue) }

    /// Free pages at the low end.
    @inline(__always)
    package var start: UInt { field(0) }

    /// The longest run of free pages.
    @inline(__always)
    package var longest: UInt { field(1) }

    /// Free pages at the high end.
    @inline(__always)
    package var end: UInt { field(2) }

    // The same fields for entries below the root, which cannot be 2^21 and need no test for it.

    @inline(__always)
    var startBelowRoot: UInt { UInt(truncatingIfNeeded: packed & Self.fieldMask) }

    @inline(__always)
    var longestBelowRoot: UInt { UInt(truncatingIfNeeded: packed &>> UInt64(Self.fieldBits) & Self.fieldMask) }

    @inline(__always)
    var endBelowRoot: UInt { UInt(truncatingIfNeeded: packed &>> UInt64(2 &* Self.fieldBits)) }

    @inline(__always)
    private func field(_ index: Int) -> UInt {
        packed & Self.allFree != 0
            ? Self.largest
            : UInt(truncatingIfNeeded: packed &>> UInt64(index &* Self.fieldBits) & Self.fieldMask)
    }

    /// Returns the summary of `count` neighbours, in address order. None of them covers 2^21 pages, so none is the
    /// special case.
    ///
    /// Without branches on the values: selected, not jumped to.
    ///
    /// - Parameters:
    ///   - count: the number of neighbours, at least 1.
    ///   - logPages: log2 of the pages that each covers.
    ///   - summary: returns the summary of the neighbour with a given index.
    @inline(__always)
    package static func merged(count: Int, logPages: Int, _ summary: (Int) -> PageSummary) -> PageSummary {
        let whole = UInt64(1) &<< UInt64(truncatingIfNeeded: logPages)
        let mask = fieldMask
        let first = summary(0).packed
        var start = first & mask
        var longest = first &>> UInt64(fieldBits) & mask
        var end = first &>> UInt64(2 &* fieldBits)
        var low = whole  // value of `start` while everything so far is free
        var index = 1
        while index < count {
            let packed = summary(index).packed
            if packed == 0 {
                end = 0
                low &+= whole
                index &+= 1
                continue
            }
            let nextStart = packed & mask
            let nextEnd = packed &>> UInt64(2 &* fieldBits)
            start &+= start == low ? nextStart : 0
            low &+= whole
            longest = max(longest, max(end &+ nextStart, packed &>> UInt64(fieldBits) & mask))
            end = nextEnd == whole ? end &+ whole : nextEnd
            index &+= 1
        }
        return PageSummary(
            start: UInt(truncatingIfNeeded: start), longest: UInt(truncatingIfNeeded: longest),
            end: UInt(truncatingIfNeeded: end))
    }
}
