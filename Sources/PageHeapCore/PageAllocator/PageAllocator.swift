/// The page allocator: address-ordered first fit over chunks of 512 pages.
///
/// Every allocation takes the lowest free run that is long enough. Pages in use therefore collect at low addresses and
/// free pages at high ones; the scavenger, which releases from the top down, takes the memory least likely to be wanted
/// next.
///
/// **Bitmaps.** A page has 8 KiB, a chunk 4 MiB. Each chunk has two bitmaps (``ChunkPages``): which pages are in use,
/// and which free pages have no physical memory (*scavenged*). All state is out of line; the managed memory itself is
/// never touched.
///
/// **Summaries.** The `allocated` bitmap of a chunk has a summary of 64 bits: the free pages at its low end, its
/// longest free run, and the free pages at its high end. Eight adjacent summaries merge into one of the level above, up
/// to the root (``SummaryTree``). With *s*, *l*, *e* for start, longest and end, two neighbours *a* and *b* merge to
///
///     s = a.s, or a.s + b.s if a is wholly free
///     l = max(a.l, b.l, a.e + b.s)
///     e = b.e, or a.e + b.e if b is wholly free
///
/// so a run that spans chunks is found without looking at a bitmap. A search (``FirstFitSearch``) scans at most one
/// block of summaries at each of the few levels, however large the heap is; below the root a block is one cache line.
///
/// **Search address.** A hint below which no page is free. Most requests are served from its chunk, without a search of
/// the tree. Allocations raise it and frees lower it; it may be too low, never too high.
///
/// **Deferred merging.** Leaves are always right. The levels above them are brought up to date lazily (``pending``),
/// because successive changes tend to hit the same chunks and to cancel each other out.
///
/// Consequences: most requests touch one chunk's bitmap and leaf; a search costs O(levels); there are no free lists to
/// walk and nothing to coalesce; and the scavenger can look for candidates in summaries and bitmaps without the lock.
///
/// Addresses are offset addresses throughout. Not thread-safe: every method runs under the heap lock unless it says
/// otherwise. The operating system is asked only for metadata, in ``grow(_:using:)``. The design is that of the Go
/// runtime (1.16 to 1.19), re-created from its behaviour.
package struct PageAllocator: ~Copyable {
    /// The arena in which the first parts of all metadata structures lie.
    package internal(set) var arena: MetadataArena
    package internal(set) var summaries: SummaryTree
    package internal(set) var chunks: ChunkMap
    /// All address space that the heap has grown into.
    package internal(set) var inUse: AddressRanges
    /// No page below this address is free. It lies in ``inUse``, or is the maximum if no page is free.
    package internal(set) var searchAddress = OffsetAddress.maximum
    /// The end of the last aligned place that was found; another may follow it.
    var alignedSearchAddress = OffsetAddress.minimum
    /// All chunks ever grown lie in `startChunk ..< endChunk`.
    package internal(set) var startChunk: ChunkIndex = 0
    package internal(set) var endChunk: ChunkIndex = 0
    /// The lowest block of the tree that covers all of the heap. Searches begin there, and the levels above it are not
    /// kept up to date.
    var top = (level: 0, block: 0)
    /// The last byte of the highest pages freed in this scavenge generation; the minimum if none were.
    package internal(set) var freeHighWaterMark = OffsetAddress.minimum
    /// The number of free pages, and how many of them are scavenged.
    package internal(set) var freePages: PageCount = 0
    package internal(set) var scavengedPages: PageCount = 0
    /// Chunks whose changed summaries have not been merged into the levels above. The leaves themselves are up to date.
    ///
    /// Most changes hit the same chunks as the last ones, and often undo each other. So the levels above are updated
    /// only when this list is full, or before the tree is searched.
    var pending = PendingChunks()
    /// Bytes of metadata made accessible for the allocator, outside its arena.
    package internal(set) var metadataBytes: ByteCount = 0

    /// Creates an allocator that manages no memory yet.
    ///
    /// - Parameters:
    ///   - window: the part of the address space that must be managed. All of the address space is, if the system
    ///     grants the address space for its metadata.
    ///   - arena: provides the first parts of all metadata structures. It is cancelled with the allocator, or here on
    ///     failure.
    /// - Returns: `nil` if the system refuses address space for the metadata.
    package init?(
        window: AddressRange, arena: consuming MetadataArena, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        guard let inUse = AddressRanges(in: &arena, using: system) else {
            arena.cancel(using: system)
            return nil
        }
        guard let chunks = ChunkMap(in: &arena, using: system) else {
            inUse.cancel(using: system)
            arena.cancel(using: system)
            return nil
        }
        let whole = AddressRange(base: .minimum, limit: .maximum)
        guard
            let summaries = SummaryTree(window: whole, in: &arena, using: system)
                ?? SummaryTree(window: window, in: &arena, using: system)
        else {
            inUse.cancel(using: system)
            chunks.cancel(using: system)
            arena.cancel(using: system)
            return nil
        }
        self.arena = arena
        self.inUse = inUse
        self.chunks = chunks
        self.summaries = summaries
    }

    /// Creates an allocator with an arena of its own. `nil` if the system refuses memory.
    package init?(window: AddressRange, using system: borrowing some OperatingSystem & ~Copyable) {
        guard let arena = Self.makeArena(using: system) else { return nil }
        self.init(window: window, arena: arena, using: system)
    }

    /// Creates an arena with room for the first parts of all metadata structures, which are whole physical pages. `nil`
    /// if the system refuses.
    package static func makeArena(using system: borrowing some OperatingSystem & ~Copyable) -> MetadataArena? {
        MetadataArena(bytes: max(Tunables.heapArenaBytes, system.physicalPageBytes * 16), using: system)
    }

    /// Unmaps all metadata and returns its address space. The allocator must not be used any more.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        inUse.cancel(using: system)
        chunks.cancel(using: system)
        summaries.cancel(using: system)
        arena.cancel(using: system)
    }
}
