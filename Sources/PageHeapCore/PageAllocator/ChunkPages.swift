import Synchronization

/// The two bitmaps of a chunk: 128 bytes of the chunk map.
///
/// - `allocated`: set if the page is in use.
/// - `scavenged`: set if the page is free and its physical memory has been released. No page of a heap has both bits
///   set.
package struct ChunkPages {
    package var allocated: SharedPageBitmap
    package var scavenged: SharedPageBitmap

    static var bytes: ByteCount { 128 }

    /// - Parameter address: the address of the chunk's bitmaps in the chunk map.
    @inline(__always)
    init(at address: UInt) {
        let words = UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
            .assumingMemoryBound(to: Atomic<UInt64>.self)
        allocated = SharedPageBitmap(words)
        scavenged = SharedPageBitmap(words + SharedPageBitmap.wordCount)
    }

    /// Marks a range as in use and clears its scavenged bits.
    ///
    /// - Returns: the number of pages of the range that were scavenged.
    @inline(__always)
    mutating func allocate(from first: PageIndex, count: PageCount) -> PageCount {
        if count == 1 {
            let wasScavenged = scavenged.bit(first)
            if wasScavenged { scavenged.clear(first) }
            allocated.set(first)
            return wasScavenged ? 1 : 0
        }
        if count == PageGeometry.pagesPerChunk && scavenged.isClear {
            // All chunks of a large run but its ends. A run that was just freed has nothing scavenged.
            allocated.fill(true)
            return 0
        }
        let wasScavenged = scavenged.populationCount(from: first, count: count)
        if wasScavenged != 0 { scavenged.clearRange(from: first, count: count) }
        allocated.setRange(from: first, count: count)
        return wasScavenged
    }

    /// A bitmap of the pages that are in use or already released, which have nothing to scavenge.
    @inline(__always)
    var takenForScavenging: PageBitmap {
        var taken = PageBitmap()
        for index in 0..<PageBitmap.wordCount {
            taken.setWord(index, to: allocated.word(index) | scavenged.word(index))
        }
        return taken
    }
}

/// The 512 bits of a chunk in the heap's own memory.
///
/// Written under the heap lock, and read without it by the scavenger. Hence relaxed atomics: such a reader decides
/// nothing before it has looked again under the lock, and needs only each word to be one that was written.
package struct SharedPageBitmap: PageBitmapWords {
    private let words: UnsafeMutablePointer<Atomic<UInt64>>

    @inline(__always)
    init(_ words: UnsafeMutablePointer<Atomic<UInt64>>) { self.words = words }

    @inline(__always)
    package func word(_ index: Int) -> UInt64 { words[index].load(ordering: .relaxed) }

    @inline(__always)
    package func setWord(_ index: Int, to value: UInt64) { words[index].store(value, ordering: .relaxed) }
}
