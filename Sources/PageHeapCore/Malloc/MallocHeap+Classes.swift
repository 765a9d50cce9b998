import CPageHeap

/// What the heap has of each size class, counted on request.
///
/// No lock is held for longer than one span takes, and threads go on working: so the figures are close, not exact.
extension MallocHeap {
    /// Counts spans and blocks of each class. Takes the registry lock, and the lock of each span's list.
    ///
    /// Visits every span's record, so it takes some ten nanoseconds per span.
    ///
    /// - Parameter figures: room for the figures of all classes.
    package func count(in figures: UnsafeMutablePointer<pageheap_class>) {
        for number in 0..<SizeClass.count {
            figures[number] = pageheap_class()
            if number > 0 { figures[number].block_bytes = UInt64(classes[SizeClass(UInt8(number))].blockBytes) }
        }
        visitSpans { span, isFree in
            let number = Int(span.sizeClass)
            figures[number].spans += 1
            figures[number].span_bytes += UInt64(span.bytes.rawValue)
            if number == 0 {
                figures[0].blocks += 1
                figures[0].used_blocks += 1
                if isFree { figures[0].transfer_blocks += 1 }
            } else {
                let blocks = UInt64(classes[SizeClass(span.sizeClass)].blocksPerSpan)
                figures[number].blocks += blocks
                figures[number].used_blocks += blocks - min(blocks, UInt64(span.freeBlocks))
                figures[number].released_bytes +=
                    UInt64(span.releasedPhysicalPages.nonzeroBitCount) * UInt64(heap.physicalPage.rawValue)
                figures[number].pinned_bytes += UInt64(pinnedBytes(of: span))
            }
        }
        shards.visitLists { figures[$0.sizeClass.index].transfer_blocks += UInt64($0.transfers.pointee.count) }
        state.pointee.caches.lock.lock()
        defer { state.pointee.caches.lock.unlock() }
        state.pointee.caches.visitAll { cache in
            for number in 1..<SizeClass.count {
                figures[number].thread_cache_blocks += UInt64(cache.count(SizeClass(UInt8(number))))
            }
        }
    }

    /// Calls `body` with a copy of each span's record, and whether it is a large block that is free.
    ///
    /// A record is read without a lock, then, if it is one of small blocks, again under the lock of its list. It may belong to
    /// another span meanwhile; what was read is then that of some span of a moment ago. Nothing that is read is followed.
    func visitSpans(_ body: (Span, Bool) -> Void) {
        for number in 1..<max(spans.recordCount, 1) {
            let index = SpanIndex(UInt(number))
            let record = spans.record(index)
            var span = record.pointee
            guard Int(span.sizeClass) < SizeClass.count, spans.isInUse(span, index) else { continue }
            var isFree = false
            if span.sizeClass == 0 {
                isFree = Span.isMarkedFree(record)
            } else if shards[ShardIndex(span.shard)] != nil {
                central.list(SizeClass(span.sizeClass), ShardIndex(span.shard)).withLock { span = record.pointee }
                guard span.sizeClass != 0, Int(span.sizeClass) < SizeClass.count else { continue }
            }
            body(span, isFree)
        }
    }

    /// Free bytes of a span on physical pages that also hold a block in use.
    private func pinnedBytes(of span: Span) -> UInt {
        let entry = classes[SizeClass(span.sizeClass)]
        let (blockBytes, blocks) = (UInt(entry.blockBytes), UInt(entry.blocksPerSpan))
        let isEmpty = UInt(span.freeBlocks) >= blocks
        if isEmpty || heap.physicalPage > PageGeometry.pageBytes { return 0 }
        let holes = span.releasableHoles(blockBytes: blockBytes, blocks: blocks, physicalPage: heap.physicalPage)
        let whole = (holes | span.releasedPhysicalPages).nonzeroBitCount
        let free = span.bytes.rawValue &- (blocks &- UInt(span.freeBlocks)) &* blockBytes
        let inWholePages = UInt(bitPattern: whole) &* heap.physicalPage.rawValue
        return free > inWholePages ? free &- inWholePages : 0
    }
}
