/// A one-field wrapper around an unsigned machine word: a count of one kind of thing, which cannot be mixed up with a
/// count of another. Costs nothing at run time.
package protocol Quantity: Comparable, Hashable, Sendable, BitwiseCopyable, ExpressibleByIntegerLiteral
where IntegerLiteralType == UInt {
    var rawValue: UInt { get set }
    init(_ rawValue: UInt)
}

extension Quantity {
    @inline(__always)
    package init(integerLiteral value: UInt) { self.init(value) }

    @inline(__always)
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The sum. The caller ensures that it fits a machine word.
    @inline(__always)
    package static func + (left: Self, right: Self) -> Self { Self(left.rawValue &+ right.rawValue) }

    /// The difference. The caller ensures that `right` is not larger.
    @inline(__always)
    package static func - (left: Self, right: Self) -> Self { Self(left.rawValue &- right.rawValue) }

    @inline(__always)
    package static func += (left: inout Self, right: Self) { left = left + right }

    @inline(__always)
    package static func -= (left: inout Self, right: Self) { left = left - right }

    @inline(__always)
    package static func * (left: Self, right: UInt) -> Self { Self(left.rawValue &* right) }

    /// Returns the smallest multiple of `multiple`, a power of two, that is not smaller. The caller ensures that it
    /// fits a machine word.
    @inline(__always)
    package func roundedUp(to multiple: Self) -> Self {
        Self((rawValue &+ multiple.rawValue &- 1) & ~(multiple.rawValue &- 1))
    }

    /// Returns the largest multiple of `multiple`, a power of two, that is not larger.
    @inline(__always)
    package func roundedDown(to multiple: Self) -> Self { Self(rawValue & ~(multiple.rawValue &- 1)) }

    @inline(__always)
    package var isPowerOfTwo: Bool { rawValue != 0 && rawValue & (rawValue &- 1) == 0 }
}

/// A number of bytes.
package struct ByteCount: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// The number of pages that hold these bytes. Exact for every value up to 2^64 − 1: the quotient, plus one if there
    /// is a remainder.
    @inline(__always)
    package var pagesRoundedUp: PageCount {
        let remainder = rawValue & (PageGeometry.pageBytes.rawValue &- 1)
        return PageCount((rawValue &>> UInt(PageGeometry.pageShift)) &+ (remainder != 0 ? 1 : 0))
    }

    package static var maximum: ByteCount { ByteCount(UInt.max) }
}

/// A number of pages (of ``PageGeometry/pageBytes`` each).
package struct PageCount: Quantity {
    package var rawValue: UInt

    // Inlinable, because the library creates one for each run.
    @inlinable @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// The bytes of these pages. The caller ensures that the product fits a machine word.
    @inline(__always)
    package var bytes: ByteCount { ByteCount(rawValue &<< UInt(PageGeometry.pageShift)) }
}

/// The index of a page inside its chunk: 0 ..< 512. As the end of a range it may be 512.
package struct PageIndex: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// The last page of a chunk.
    package static var last: PageIndex { PageIndex(PageGeometry.pagesPerChunk.rawValue &- 1) }

    @inline(__always)
    package static func + (left: PageIndex, right: PageCount) -> PageIndex {
        PageIndex(left.rawValue &+ right.rawValue)
    }
}

/// The index of a chunk in the offset address space.
package struct ChunkIndex: Quantity {
    package var rawValue: UInt

    @inline(__always)
    package init(_ rawValue: UInt) { self.rawValue = rawValue }

    /// Creates the index of the chunk that holds an address.
    @inline(__always)
    package init(containing address: OffsetAddress) {
        rawValue = address.rawValue &>> UInt(PageGeometry.chunkShift)
    }

    /// The address of the chunk's first byte.
    @inline(__always)
    package var base: OffsetAddress { OffsetAddress(rawValue &<< UInt(PageGeometry.chunkShift)) }

    /// Returns the address of a page of the chunk.
    @inline(__always)
    package func address(of page: PageIndex) -> OffsetAddress {
        OffsetAddress(base.rawValue | (page.rawValue &<< UInt(PageGeometry.pageShift)))
    }
}

/// A run of pages inside a chunk.
package struct PageRange: Equatable, Sendable {
    package var first: PageIndex
    package var count: PageCount

    package init(first: PageIndex, count: PageCount) {
        self.first = first
        self.count = count
    }
}
