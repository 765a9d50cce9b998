extension MallocHeap {
    /// The usable size of a block. Aborts if no span owns the address, or if frees are checked and no allocated block begins there.
    package func usableBytes(_ address: UInt) -> ByteCount {
        if isGuarded(address) { return usableBytesOfGuarded(address, in: .usableSize) }
        let entry = spans.entry(of: address)
        if entry == .none { stopForeign(address, in: .usableSize) }
        if checksFrees { checkIsBlock(address, entry, in: .usableSize) }
        return usableBytes(entry)
    }

    /// Aborts if no allocated block begins at an address. Of small blocks, that is known only if frees are checked.
    private func checkIsBlock(_ address: UInt, _ entry: PageMapEntry, in call: BlockCall) {
        if address & 15 != 0 { WrongUse.stop(.misaligned, address, in: call) }
        if entry.sizeClass != .notSmall { return checkIsOut(address, entry.sizeClass, in: call) }
        let base = spans.record(entry.span).pointee.base
        if base != address { WrongUse.stop(.insideLargeBlock, address, in: call, base: base) }
        if Span.isMarkedFree(spans.record(entry.span)) { WrongUse.stop(.alreadyFree, address, in: call) }
    }

    private func usableBytes(_ entry: PageMapEntry) -> ByteCount {
        entry.sizeClass != .notSmall
            ? ByteCount(UInt(classes[entry.sizeClass].blockBytes)) : spans.record(entry.span).pointee.bytes
    }

    /// Allocates a block that reads as zero; nil if there is no memory. Memory known to be zero is not cleared again.
    package func allocateZeroed(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        if bytes > SizeClass.largestBytes.rawValue {
            let block = allocateLargeZeroed(ByteCount(bytes))
            if isSampling { sampleNew(UInt(bitPattern: block), bytes) }
            return block
        }
        guard let pointer = allocate(bytes) else { return nil }
        pointer.initializeMemory(as: UInt8.self, repeating: 0, count: Int(bitPattern: bytes))
        return pointer
    }

    /// Allocates an aligned block; nil if there is no memory.
    ///
    /// - Parameters:
    ///   - bytes: the size requested.
    ///   - alignment: in bytes, a power of two.
    package func allocateAligned(_ bytes: UInt, alignment: UInt) -> UnsafeMutableRawPointer? {
        if alignment <= 16 { return allocate(bytes) }
        // A span begins with a page, so for alignments up to a page any class serves whose size is a multiple of the
        // alignment.
        if alignment <= PageGeometry.pageBytes.rawValue && bytes <= SizeClass.largestBytes.rawValue {
            var wanted = ByteCount(max(bytes, 1)).roundedUp(to: ByteCount(alignment))
            while wanted <= SizeClass.largestBytes {
                let block = UInt(classes[classes.sizeClass(holding: wanted)].blockBytes)
                if block % alignment == 0 { return allocate(block) }
                wanted += ByteCount(alignment)
            }
        }
        let block = allocateLarge(ByteCount(max(bytes, 1)), alignment: ByteCount(alignment))?.pointer
        if isSampling { sampleNew(UInt(bitPattern: block), bytes) }
        return block
    }

    /// Resizes a block: in place if possible, and not at all if little would change. Aborts if the address is not that
    /// of an allocated block.
    ///
    /// - Parameters:
    ///   - address: an allocated block.
    ///   - bytes: the new size, at least 1.
    /// - Returns: the block's new address; nil if there is no memory, and then the block is unchanged.
    package func reallocate(_ address: UInt, _ bytes: UInt) -> UnsafeMutableRawPointer? {
        if isGuarded(address) { return reallocateGuarded(address, bytes) }
        let entry = spans.entry(of: address)
        if entry == .none { stopForeign(address, in: .realloc) }
        checkIsBlock(address, entry, in: .realloc)
        let held = usableBytes(entry)
        let old = UnsafeMutableRawPointer(bitPattern: address)
        if entry.sizeClass != .notSmall {
            if bytes <= held.rawValue && bytes >= held.rawValue / 2 {
                if isSampling { sampleResized(address, bytes) }
                return old
            }
        } else {
            if bytes > SizeClass.largestBytes.rawValue && resizeLarge(entry.span, to: ByteCount(bytes)) {
                if isSampling { sampleResized(address, bytes) }
                return old
            }
            if bytes > held.rawValue && held >= Tunables.moveBytes {
                return moveLarge(entry.span, to: ByteCount(bytes))
            }
        }
        guard let old else { return nil }
        // A block that is large enough stays as it is if there is no memory for a smaller one.
        guard let new = allocate(bytes) else { return bytes <= held.rawValue ? old : nil }
        heap.system.copy(old, to: new, min(ByteCount(bytes), held))
        free(address)
        return new
    }
}
