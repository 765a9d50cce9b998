/// The page allocator: address-ordered first fit over chunks of 512 pages.
///
/// Each chunk has two bitmaps (``ChunkPages``); each bitmap has a summary: free pages at its low end, the longest free
/// run, free pages at its high end. Summaries are merged by eight, level by level, into a radix tree
/// (``SummaryTree``), so that a search looks at five small blocks wherever the free page is. The *search address* is a
/// hint below which nothing is free; most requests are answered in its chunk without a search of the tree.
///
/// Addresses are offset addresses throughout; the memory itself is never touched. Not thread-safe: all runs under the
/// heap lock, except what says otherwise. The operating system is asked only for metadata, in ``grow(_:using:)``.
///
/// The design is the Go runtime's (1.16 to 1.19), re-created from its behaviour.
package struct PageAllocator: ~Copyable {
    /// Where the first pieces of all books lie.
    package internal(set) var arena: MetadataArena
    package internal(set) var summaries: SummaryTree
    package internal(set) var chunks: ChunkMap
    /// All address space that the heap has grown into.
    package internal(set) var inUse: AddressRanges
    /// Everything below it is in use; it lies in ``inUse``, or is the maximum where nothing is free.
    package internal(set) var searchAddress = OffsetAddress.maximum
    /// Where the last aligned place was found: others may follow it.
    var alignedSearchAddress = OffsetAddress.minimum
    /// The chunks ever grown lie in `startChunk ..< endChunk`.
    package internal(set) var startChunk: ChunkIndex = 0
    package internal(set) var endChunk: ChunkIndex = 0
    /// The lowest block of the tree that covers all of the heap: a search begins there.
    var top = (level: 0, block: 0)
    /// The last byte of the highest free of this scavenge generation; the minimum where there was none.
    package internal(set) var freeHighWaterMark = OffsetAddress.minimum
    /// Pages that are free, and of them those that are scavenged.
    package internal(set) var freePages: PageCount = 0
    package internal(set) var scavengedPages: PageCount = 0
    /// Chunks whose summaries the levels above do not know yet. Their own are right.
    ///
    /// Most changes hit chunks that the last ones hit, and often take each other back, so what lies above is brought up to
    /// date only when there are too many of them, or before the tree is searched.
    var pending = PendingChunks()
    /// Bytes of metadata made accessible for the allocator.
    package internal(set) var metadataBytes: ByteCount = 0

    /// An allocator without memory, or nil if the system refuses address space for its metadata.
    ///
    /// - Parameters:
    ///   - window: the part of the address space that it has to manage; all of it if the system grants the address space
    ///     for that.
    ///   - arena: where the first pieces of its books lie, too; it is cancelled with the allocator, or if there is none.
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

    /// The same with an arena of its own.
    package init?(window: AddressRange, using system: borrowing some OperatingSystem & ~Copyable) {
        guard let arena = Self.makeArena(using: system) else { return nil }
        self.init(window: window, arena: arena, using: system)
    }

    /// An arena with room for the first pieces of all books, which are whole physical pages; nil if the system refuses.
    package static func makeArena(using system: borrowing some OperatingSystem & ~Copyable) -> MetadataArena? {
        MetadataArena(bytes: max(Tunables.heapArenaBytes, system.physicalPageBytes * 16), using: system)
    }

    /// Gives all metadata back. The allocator must not be used any more.
    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        inUse.cancel(using: system)
        chunks.cancel(using: system)
        summaries.cancel(using: system)
        arena.cancel(using: system)
    }
}
