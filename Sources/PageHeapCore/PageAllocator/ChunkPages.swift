import Synchronization

/// The two bitmaps of a chunk: 128 bytes of the chunk map.
///
/// - `allocated`: one where the page is in use.
/// - `scavenged`: one where the page is free and its physical memory has been given back. No page of a heap is both.
package struct ChunkPages {
    package var allocated: SharedPageBitmap
    package var scavenged: SharedPageBitmap

    static var bytes: ByteCount { 128 }

    /// - Parameter address: where the chunk's bitmaps lie in the chunk map.
    @inline(__always)
    init(at address: UInt) {
        let words = UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
            .assumingMemoryBound(to: Atomic<UInt64>.self)
        allocated = SharedPageBitmap(words)
        scavenged = SharedPageBitmap(words + SharedPageBitmap.wordCount)
    }

    /// Marks a range as in use, clears its scavenged bits, and answers how many pages of it were scavenged.
    @inline(__always)
    mutating func allocate(from first: PageIndex, count: PageCount) -> PageCount {
        if count == 1 {
            let wasScavenged = scavenged.bit(first)
            if wasScavenged { scavenged.clear(first) }
            allocated.set(first)
            return wasScavenged ? 1 : 0
        }
        let wasScavenged = scavenged.populationCount(from: first, count: count)
        if wasScavenged != 0 { scavenged.clearRange(from: first, count: count) }
        allocated.setRange(from: first, count: count)
        return wasScavenged
    }

    /// Ones where a page is in use or has been given back: where there is nothing to scavenge.
    @inline(__always)
    var takenForScavenging: PageBitmap {
        var taken = PageBitmap()
        for index in 0..<PageBitmap.wordCount {
            taken.setWord(index, to: allocated.word(index) | scavenged.word(index))
        }
        return taken
    }
}
