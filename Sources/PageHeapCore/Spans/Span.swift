import Synchronization

/// A run of pages in use: either divided into blocks of one size class, or one large block.
///
/// All of a span's state is here, out of line: free memory is never written to. A span of small blocks is guarded by
/// the lock of the list that it belongs to. A large block's record belongs to the thread that has the block, as the block
/// does; only the mark that the block is free (``markFree(_:)``) is atomic.
package struct Span: BitwiseCopyable {
    /// A bit for each block, set if the block is out of the span: with the program, in a thread cache or a transfer
    /// cache, or claimed while its hole is released. First in the record, so that
    /// single words can be reached through the record's address (``takeBack(_:in:)``).
    package var usedBlocks: InlineArray<8, UInt64> = InlineArray(repeating: 0)
    /// The process's address of the first byte.
    package var base: UInt = 0
    package var pages: UInt32 = 0
    /// The neighbours in the list of spans with free blocks, or of cached large blocks of the same size: record indices, 0
    /// for none. `next` alone links free records, and spans on their way to the page allocator.
    package var next: UInt32 = 0
    package var previous: UInt32 = 0
    package var sizeClass: UInt8 = 0
    /// Whether blocks left or came back since a pass over holes looked. Such a span is among the touched of its list.
    package var wasTouched = false
    /// Whether this is a large block whose memory was moved here by its page tables.
    package var wasMoved = false
    /// The shard whose list the span belongs to.
    var shard: UInt8 = 0
    /// The number of blocks that are in the span.
    package var freeBlocks: UInt16 = 0
    /// Whether this is a large block that was asked for at a larger alignment than a page's. Its place is rare, and goes back at
    /// once when it is freed.
    var isAligned = false
    /// Whether this is a large block with a guard page behind it, which is not among its pages.
    var isGuarded = false
    /// The neighbours in the ring of the list's touched spans, or of cached large blocks by age: record indices, 0 if the
    /// span is in none.
    var nextTouched: UInt32 = 0
    var previousTouched: UInt32 = 0
    /// A bit for each physical page of the span: set if the page holds only free blocks and its memory has been
    /// released.
    package var releasedPhysicalPages: UInt64 = 0
    /// Fills two cache lines: of a record, never more than two have to be fetched.
    private var padding: (UInt64, UInt64) = (0, 0)

    package init() {}

    package var bytes: ByteCount { PageCount(UInt(pages)).bytes }

    /// The page behind a large block if that is its guard.
    var guardPages: PageCount { isGuarded ? 1 : 0 }

    /// Marks a large block as free. Two threads may free one block at the same moment, and only one of them is right.
    ///
    /// - Returns: false if it was marked already.
    static func markFree(_ span: UnsafeMutablePointer<Span>) -> Bool {
        // Relaxed: it decides who goes on; what follows is guarded by locks.
        mark(span).pointee.exchange(1, ordering: .relaxed) == 0
    }

    /// Takes the mark back: the block is handed out again.
    static func markUsed(_ span: UnsafeMutablePointer<Span>) { mark(span).pointee.store(0, ordering: .relaxed) }

    /// Whether a large block is marked as free.
    static func isMarkedFree(_ span: UnsafeMutablePointer<Span>) -> Bool {
        mark(span).pointee.load(ordering: .relaxed) != 0
    }

    private static func mark(_ span: UnsafeMutablePointer<Span>) -> UnsafeMutablePointer<Atomic<UInt16>> {
        withUnsafeMutablePointer(to: &span.pointee.freeBlocks) {
            UnsafeMutableRawPointer($0).assumingMemoryBound(to: Atomic<UInt16>.self)
        }
    }

    /// Whether a block is out of the span.
    @inline(__always)
    package func isUsed(_ block: Int) -> Bool {
        usedBlocks[unchecked: block &>> 6] &>> UInt64(truncatingIfNeeded: block & 63) & 1 != 0
    }

    /// Marks a block that came back as free, in place: reading the bit through the record's value would copy all words.
    ///
    /// - Returns: false if the block was free already.
    @inline(__always)
    static func takeBack(_ block: Int, in span: UnsafeMutablePointer<Span>) -> Bool {
        let words = UnsafeMutableRawPointer(span).assumingMemoryBound(to: UInt64.self)
        let bit = UInt64(1) &<< UInt64(truncatingIfNeeded: block & 63)
        let word = words[block &>> 6]
        words[block &>> 6] = word & ~bit
        return word & bit != 0
    }

    /// Takes free blocks, first those in wholly free groups of four, then others; the lowest first.
    ///
    /// Four blocks fill whole cache lines, because all sizes are multiples of 16. So a batch for one thread shares no
    /// line with blocks of other threads, as long as the span has such groups.
    ///
    /// - Parameters:
    ///   - wanted: the most blocks to take.
    ///   - blocks: the number of blocks in the span.
    ///   - body: called with each block's index.
    /// - Returns: the number of blocks taken.
    @inline(__always)
    package mutating func takeFreeBlocks(_ wanted: Int, of blocks: Int, _ body: (Int) -> Void) -> Int {
        var taken = 0
        var wholeGroups = true
        while true {
            var word = 0
            while word &* 64 < blocks && taken < wanted && freeBlocks > 0 {
                var free = ~usedBlocks[unchecked: word]
                // The last word may have more bits than the span has blocks.
                let inWord = blocks &- word &* 64
                if inWord < 64 { free &= (1 &<< UInt64(truncatingIfNeeded: inWord)) &- 1 }
                if wholeGroups { free = Self.wholeGroups(free) }
                while free != 0 && taken < wanted {
                    let bit = free.trailingZeroBitCount
                    free &= free &- 1
                    usedBlocks[unchecked: word] |= 1 &<< UInt64(truncatingIfNeeded: bit)
                    freeBlocks &-= 1
                    taken &+= 1
                    body(word &* 64 &+ bit)
                }
                word &+= 1
            }
            if !wholeGroups || taken == wanted || freeBlocks == 0 { return taken }
            wholeGroups = false
        }
    }

    /// Returns those of some blocks that form whole aligned groups of four.
    @inline(__always)
    private static func wholeGroups(_ blocks: UInt64) -> UInt64 {
        let pairs = blocks & blocks &>> 1
        return (pairs & pairs &>> 2 & 0x1111_1111_1111_1111) &* 15
    }
}
