import PageHeapCore
import PageHeapSimulation

extension SimulatedPages {
    /// Sets the bitmaps of a chunk that has just been grown.
    ///
    /// Takes all pages of the chunk, and puts the free ones back through page caches, 64 pages at a time.
    package func setBitmaps(of chunk: ChunkIndex, allocated: PageBitmap, scavenged: PageBitmap) {
        _ = pages.allocateRange(base: chunk.base, count: PageGeometry.pagesPerChunk)
        for word in 0..<PageBitmap.wordCount {
            var cache = PageCache(
                base: chunk.address(of: PageIndex(UInt(word * 64))), free: ~allocated.word(word),
                scavenged: scavenged.word(word))
            pages.flush(&cache)
        }
    }
}
