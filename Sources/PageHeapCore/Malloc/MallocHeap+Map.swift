import CPageHeap

/// The map of the heap's pages, written on request: what each page is, and how much of it is in use.
///
/// It is made in two steps. The page allocator's bitmaps say which pages are free, and which of these were released; then each
/// span says which pages are its own. A page in use that no span claims is in a page cache.
extension MallocHeap {
    /// Writes the map. Takes the heap lock for each chunk, and the lock of each span's list.
    package func write(to map: inout HeapMap) {
        var ranges = InlineArray<8, (range: MemoryRange, entries: UnsafeMutablePointer<UInt16>?)>(
            repeating: (MemoryRange(address: 0, bytes: 0), nil))
        var count = 0
        while count < ranges.count, let range = heap.accessibleRange(count) {
            let entries = map.add(range.address, pages: Int(range.bytes.pagesRoundedUp.rawValue))
            ranges[count] = (range, entries)
            if let entries { writeFree(range, entries) }
            count += 1
        }
        if map.isCut { return }
        visitSpans { span, isFree in
            for number in 0..<count {
                let (range, entries) = ranges[number]
                guard let entries, span.base >= range.address,
                    span.base &+ span.bytes.rawValue <= range.address &+ range.bytes.rawValue
                else { continue }
                let first = Int((span.base &- range.address) &>> UInt(PageGeometry.pageShift))
                write(span, isFree, entries + first)
            }
        }
    }

    /// Writes which pages of a range are free; those in use count as cached until a span claims them.
    private func writeFree(_ range: MemoryRange, _ entries: UnsafeMutablePointer<UInt16>) {
        let pages = Int(range.bytes.pagesRoundedUp.rawValue)
        var page = 0
        while page < pages {
            let address = range.address &+ UInt(page) &* PageGeometry.pageBytes.rawValue
            heap.withPages(ofChunkAt: address) { chunk in
                let first = heap.pageIndex(address)
                let count = min(pages - page, Int((PageGeometry.pagesPerChunk.rawValue) &- first.rawValue))
                for offset in 0..<count {
                    let index = PageIndex(first.rawValue &+ UInt(offset))
                    let kind =
                        if let chunk {
                            chunk.scavenged.bit(index)
                                ? PAGEHEAP_MAP_RELEASED
                                : chunk.allocated.bit(index) ? PAGEHEAP_MAP_CACHED : PAGEHEAP_MAP_FREE
                        } else { PAGEHEAP_MAP_ABSENT }
                    entries[page + offset] = UInt16(kind.rawValue)
                }
                page += count
            }
        }
    }

    /// Writes the pages of a span.
    private func write(_ span: Span, _ isFree: Bool, _ entries: UnsafeMutablePointer<UInt16>) {
        let full: UInt16 = 255 << 8
        for page in 0..<Int(span.pages) {
            if span.sizeClass == 0 {
                entries[page] = isFree ? UInt16(PAGEHEAP_MAP_CACHED.rawValue) : full
            } else {
                let used = usedBytes(of: span, page: UInt(page))
                let share = UInt16(
                    (used &* 255 &+ PageGeometry.pageBytes.rawValue / 2) / PageGeometry.pageBytes.rawValue)
                entries[page] = UInt16(span.sizeClass) | min(share, 255) << 8
            }
        }
    }

    /// Bytes of a page of a span of small blocks that lie in blocks that are not free.
    private func usedBytes(of span: Span, page: UInt) -> UInt {
        let entry = classes[SizeClass(span.sizeClass)]
        let (blockBytes, blocks) = (UInt(entry.blockBytes), UInt(entry.blocksPerSpan))
        let start = page &* PageGeometry.pageBytes.rawValue
        let end = start &+ PageGeometry.pageBytes.rawValue
        var used: UInt = 0
        var block = start / blockBytes
        while block < blocks, block &* blockBytes < end {
            if span.isUsed(Int(block)) {
                used &+= min(end, (block &+ 1) &* blockBytes) &- max(start, block &* blockBytes)
            }
            block &+= 1
        }
        return used
    }
}
