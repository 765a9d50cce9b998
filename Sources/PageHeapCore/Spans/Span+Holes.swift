/// Holes: physical pages of a span in use on which only free blocks lie.
extension Span {
    /// Returns the physical pages that could be released now: those that lie only under free blocks and have their
    /// memory.
    ///
    /// - Parameters:
    ///   - blockBytes: the size of the span's blocks.
    ///   - blocks: the number of blocks in the span.
    ///   - physicalPage: bytes. At most a heap page; a span must have at most 64.
    /// - Returns: a bit for each physical page.
    func releasableHoles(blockBytes: UInt, blocks: UInt, physicalPage: ByteCount) -> UInt64 {
        var holes: UInt64 = 0
        let count = bytes.rawValue / physicalPage.rawValue
        for page in 0..<count where releasedPhysicalPages &>> UInt64(page) & 1 == 0 {
            let start = page &* physicalPage.rawValue
            let first = start / blockBytes
            // The rest at the end of the span belongs to no block and is never touched.
            if first >= blocks { break }
            let last = min((start &+ physicalPage.rawValue &- 1) / blockBytes, blocks &- 1)
            if areFree(first, last) { holes |= 1 &<< UInt64(page) }
        }
        return holes
    }

    private func areFree(_ first: UInt, _ last: UInt) -> Bool {
        var word = first &>> 6
        while word <= last &>> 6 {
            var mask = UInt64.max
            if word == first &>> 6 { mask &= UInt64.max &<< UInt64(first & 63) }
            if word == last &>> 6 { mask &= UInt64.max &>> UInt64(63 &- last & 63) }
            if usedBlocks[Int(word)] & mask != 0 { return false }
            word &+= 1
        }
        return true
    }

    /// Returns the free blocks that touch some physical pages, as bits like ``usedBlocks``.
    func freeBlocks(touching pages: UInt64, blockBytes: UInt, blocks: UInt, physicalPage: ByteCount) -> InlineArray<
        8, UInt64
    > {
        var touched = InlineArray<8, UInt64>(repeating: 0)
        var rest = pages
        while rest != 0 {
            let start = UInt(rest.trailingZeroBitCount) &* physicalPage.rawValue
            rest &= rest &- 1
            let last = min((start &+ physicalPage.rawValue &- 1) / blockBytes, blocks &- 1)
            for block in (start / blockBytes)...last where !isUsed(Int(block)) {
                touched[Int(block &>> 6)] |= 1 &<< UInt64(block & 63)
            }
        }
        return touched
    }

    /// Marks free blocks as used, so that none is handed out while its memory is released.
    mutating func claim(_ blocks: InlineArray<8, UInt64>) {
        for word in 0..<8 {
            usedBlocks[word] |= blocks[word]
            freeBlocks &-= UInt16(blocks[word].nonzeroBitCount)
        }
    }

    /// Marks claimed blocks as free again.
    mutating func unclaim(_ blocks: InlineArray<8, UInt64>) {
        for word in 0..<8 {
            usedBlocks[word] &= ~blocks[word]
            freeBlocks &+= UInt16(blocks[word].nonzeroBitCount)
        }
    }

    /// Notes that a block goes out, so that its physical pages will be touched.
    ///
    /// - Returns: the number of them that had been released.
    mutating func touch(_ block: Int, blockBytes: UInt, physicalPage: ByteCount) -> Int {
        let start = UInt(bitPattern: block) &* blockBytes
        let first = start / physicalPage.rawValue
        let last = (start &+ blockBytes &- 1) / physicalPage.rawValue
        let mask = BitOperations.mask(first: first, count: last &- first &+ 1) & releasedPhysicalPages
        releasedPhysicalPages &= ~mask
        return mask.nonzeroBitCount
    }
}
