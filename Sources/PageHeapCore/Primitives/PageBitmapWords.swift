/// 512 bits, one per page of a chunk, in eight words: word 0 holds pages 0 to 63, bit 0 the lowest page.
///
/// Two types conform: ``PageBitmap``, a value, and ``SharedPageBitmap``, the words of the heap's own bitmaps, which are
/// also read without the lock. All operations are written once, here.
package protocol PageBitmapWords {
    /// Returns the word of 64 pages.
    ///
    /// - Parameter index: 0 to 7.
    func word(_ index: Int) -> UInt64

    /// Replaces the word of 64 pages.
    mutating func setWord(_ index: Int, to value: UInt64)
}

extension PageBitmapWords {
    package static var wordCount: Int { 8 }

    /// Returns the word that holds a page's bit.
    @inline(__always)
    package func word(holding page: PageIndex) -> UInt64 { word(Int(bitPattern: page.rawValue &>> 6)) }

    @inline(__always)
    package func bit(_ page: PageIndex) -> Bool { word(holding: page) &>> UInt64(page.rawValue & 63) & 1 != 0 }

    /// Calls `body` with the index of each word that a range touches, and the mask of the range's bits in it.
    ///
    /// - Parameters:
    ///   - first: the range's first page.
    ///   - count: at least 1; the range lies within the chunk.
    @inline(__always)
    package static func forEachWord(from first: PageIndex, count: PageCount, _ body: (Int, UInt64) -> Void) {
        let last = first.rawValue &+ count.rawValue &- 1
        let firstWord = Int(bitPattern: first.rawValue &>> 6)
        let lastWord = Int(bitPattern: last &>> 6)
        let firstMask = UInt64.max &<< UInt64(truncatingIfNeeded: first.rawValue & 63)
        let lastMask = UInt64.max &>> UInt64(truncatingIfNeeded: 63 &- (last & 63))
        if firstWord == lastWord {
            body(firstWord, firstMask & lastMask)
            return
        }
        body(firstWord, firstMask)
        var index = firstWord &+ 1
        while index < lastWord {
            body(index, .max)
            index &+= 1
        }
        body(lastWord, lastMask)
    }

    /// Sets a range of bits, whatever their values.
    @inline(__always)
    package mutating func setRange(from first: PageIndex, count: PageCount) {
        Self.forEachWord(from: first, count: count) { setWord($0, to: word($0) | $1) }
    }

    /// Clears a range of bits, whatever their values.
    @inline(__always)
    package mutating func clearRange(from first: PageIndex, count: PageCount) {
        Self.forEachWord(from: first, count: count) { setWord($0, to: word($0) & ~$1) }
    }

    /// Returns the number of set bits in a range.
    @inline(__always)
    package func populationCount(from first: PageIndex, count: PageCount) -> PageCount {
        var population = 0
        Self.forEachWord(from: first, count: count) { index, mask in
            let bits = word(index) & mask
            // Skip the count for zero words, which are frequent: it takes a dozen instructions on the oldest
            // processors.
            if bits != 0 { population &+= bits.nonzeroBitCount }
        }
        return PageCount(UInt(bitPattern: population))
    }

    /// Sets all bits, or clears them all.
    @inline(__always)
    package mutating func fill(_ value: Bool) {
        for index in 0..<Self.wordCount { setWord(index, to: value ? .max : 0) }
    }

    /// Whether no bit is set.
    @inline(__always)
    package var isClear: Bool {
        var any: UInt64 = 0
        for index in 0..<Self.wordCount { any |= word(index) }
        return any == 0
    }

    /// Sets one bit.
    @inline(__always)
    package mutating func set(_ page: PageIndex) {
        let index = Int(bitPattern: page.rawValue &>> 6)
        setWord(index, to: word(index) | 1 &<< UInt64(truncatingIfNeeded: page.rawValue & 63))
    }

    /// Clears one bit.
    @inline(__always)
    package mutating func clear(_ page: PageIndex) {
        let index = Int(bitPattern: page.rawValue &>> 6)
        setWord(index, to: word(index) & ~(1 &<< UInt64(truncatingIfNeeded: page.rawValue & 63)))
    }

    /// Sets the bits of a mask in the word that starts at a page (a multiple of 64).
    @inline(__always)
    package mutating func setBits(_ mask: UInt64, at page: PageIndex) {
        let index = Int(bitPattern: page.rawValue &>> 6)
        setWord(index, to: word(index) | mask)
    }

    /// Clears the bits of a mask in the word that starts at a page (a multiple of 64).
    @inline(__always)
    package mutating func clearBits(_ mask: UInt64, at page: PageIndex) {
        let index = Int(bitPattern: page.rawValue &>> 6)
        setWord(index, to: word(index) & ~mask)
    }
}

/// The 512 bits of a chunk as a value.
package struct PageBitmap: PageBitmapWords, Sendable {
    private var words: InlineArray<8, UInt64>

    /// All bits clear.
    @inline(__always)
    package init() { words = InlineArray(repeating: 0) }

    @inline(__always)
    package func word(_ index: Int) -> UInt64 { words[unchecked: index] }

    @inline(__always)
    package mutating func setWord(_ index: Int, to value: UInt64) { words[unchecked: index] = value }
}
