/// A size class: all its blocks have one size. Class 0 means 'not small'.
///
/// Sizes rise in steps of 16 bytes up to 128 bytes, then in eight classes per doubling up to 64 KiB. So a block wastes
/// at most 15 bytes or 12.5 % of itself, all sizes are multiples of 16, and every power of two from 16 on is a class.
package struct SizeClass: Equatable, Hashable, Sendable {
    package var rawValue: UInt8

    @inline(__always)
    package init(_ rawValue: UInt8) { self.rawValue = rawValue }

    @inline(__always)
    package var index: Int { Int(rawValue) }

    package static var notSmall: SizeClass { SizeClass(0) }

    /// The number of classes, including class 0.
    package static var count: Int { 81 }

    /// The size of the largest small block.
    package static var largestBytes: ByteCount { 65536 }

    /// log2 of the unit of all sizes, 16 bytes.
    package static var unitShift: Int { 4 }

    /// Creates the smallest class whose blocks hold `bytes`.
    ///
    /// - Parameter bytes: 1 to 65,536; 0 counts as 1.
    package init(holding bytes: ByteCount) {
        let last = max(bytes.rawValue, 1) - 1
        if last < 128 {
            self.init(UInt8(last >> UInt(Self.unitShift)) + 1)
        } else {
            // The doubling that holds the size, and the eighth within it.
            let doubling = UInt(last.bitWidth - 1 - last.leadingZeroBitCount)
            self.init(UInt8((doubling - 7) * 8 + (last >> (doubling - 3)) + 1))
        }
    }

    /// The size of a block in bytes.
    package var blockBytes: ByteCount {
        let number = UInt(rawValue)
        if number <= 8 { return ByteCount(number << UInt(Self.unitShift)) }
        let doubling = (number - 9) / 8 + 7
        let eighth = (number - 9) % 8 + 1
        return ByteCount((8 + eighth) << (doubling - 3))
    }

    /// The pages of a span of the class: the fewest that hold at least 8 blocks, or 4 of more than 32 KiB, and leave at
    /// most 12.5 % unused at the end. So a span has at most 64 physical pages of 4 KiB, for which its record has bits.
    package var spanPages: PageCount {
        let block = blockBytes.rawValue
        let least: UInt = block > 32 << 10 ? 4 : 8
        var pages: PageCount = 1
        while pages.bytes.rawValue / block < least || pages.bytes.rawValue % block * 8 > pages.bytes.rawValue {
            pages += 1
        }
        return pages
    }

    /// The alignment of a span's first page, in pages: blocks whose size is a power of two are aligned to their size.
    package var spanAlignment: PageCount {
        let block = blockBytes
        return block.isPowerOfTwo && block > PageGeometry.pageBytes ? block.pagesRoundedUp : 1
    }

    package var blocksPerSpan: Int { Int(spanPages.bytes.rawValue / blockBytes.rawValue) }
}
