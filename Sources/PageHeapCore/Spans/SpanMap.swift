/// The span map: which span owns an address, and the record of each span.
///
/// A span is a run of pages in use, so its data is per page: the page map (``PageMap``) has room for an entry per
/// page that the heap has grown over, and the entry of a span's page names the span's record (``SpanRecords``) and its
/// size class. (A large block has only the entry of its first page.) With hardening
/// level 1 there is also a byte per small block (``BlockStates``). The page heap knows none of this. It tells the map
/// when its address space grows (``RangeUser``), under the heap lock and before the new pages are handed out: so each
/// page that a thread may ask about has an entry, and a lookup in the first range needs no lock. The first range is
/// 512 GiB as a rule, and the only one.
///
/// A handle on a ``SpanMapState`` and the heap that it covers; copies name the same map.
package struct SpanMap<System: OperatingSystem> {
    let state: UnsafeMutablePointer<SpanMapState>
    let heap: Heap<System>

    @inline(__always)
    package init(_ state: UnsafeMutablePointer<SpanMapState>, heap: Heap<System>) {
        self.state = state
        self.heap = heap
    }

    // MARK: The page map

    /// Returns the page map's entry for an address. Takes the heap lock if the address is not in the first range.
    @inline(__always)
    package func entry(of address: UInt) -> PageMapEntry {
        state.pointee.quickEntry(of: address) ?? entryUnderLock(of: address)
    }

    @inline(never)
    private func entryUnderLock(of address: UInt) -> PageMapEntry {
        heap.withHeapLock { state.pointee.entry(of: address) }
    }

    /// Sets the page map's entries of some pages, which the caller owns. Takes the heap lock if they are not in the
    /// first range.
    package func set(_ entry: PageMapEntry, from address: UInt, count: PageCount) {
        if state.pointee.setQuickly(entry, from: address, count: count) { return }
        heap.withHeapLock { state.pointee.set(entry, from: address, count: count) }
    }

    /// The offset of an address in the first range, in units of 16 bytes; not below any grown size if the address is
    /// outside the range or not a multiple of 16.
    @inline(__always)
    package func unit(of address: UInt) -> UInt { state.pointee.unit(of: address) }

    /// Whether a unit lies in the grown part of the first range of a heap that does not check frees.
    @inline(__always)
    package func isQuick(_ unit: UInt) -> Bool { state.pointee.isQuick(unit) }

    /// Whether a unit lies in the grown part of the first range of a heap that checks frees.
    @inline(__always)
    func isChecked(_ unit: UInt) -> Bool { state.pointee.isChecked(unit) }

    /// The size class of the page that holds an address, which must lie in the grown part of the first range.
    @inline(__always)
    func quickSizeClass(of address: UInt) -> SizeClass { state.pointee.quickSizeClass(of: address) }

    /// The block states; nil if frees are not checked.
    @inline(__always)
    var blockStates: BlockStates? { state.pointee.blockStates }

    // MARK: Wrong frees

    /// Notes a wrong free that was found under a lock. The program is stopped as soon as the thread holds no lock.
    ///
    /// - Parameter blockBytes: the block size of the class that the address belongs to; 0 if unknown.
    func noteWrongFree(_ kind: WrongUse, _ address: UInt, blockBytes: UInt) {
        state.pointee.wrongFree.note(kind, address, blockBytes: blockBytes)
    }

    /// Aborts if a wrong free was noted while locks were held. The caller holds no lock.
    @inline(__always)
    func stopIfWrong() { state.pointee.wrongFree.stopIfAny() }

    // MARK: Records

    @inline(__always)
    package func record(_ span: SpanIndex) -> UnsafeMutablePointer<Span> { state.pointee.records.record(span) }

    /// The number of records ever used, including the first one, which stands for no span.
    package var recordCount: Int { state.pointee.records.usedCount }

    /// Allocates a span record for a shard; nil if the system refuses memory and no shard has a free one. The caller
    /// holds no lock from the records' on.
    func allocateRecord(_ shard: ShardIndex, of shards: CentralShards) -> SpanIndex? {
        let stash = shards.records(shard)
        var index = stash.pointee.take { record($0) }
        if index == .none { index = refill(stash) }
        if index == .none {
            shards.visitAll { shard, _ in
                if index == .none { index = shards.records(shard).pointee.take { record($0) } }
            }
        }
        if index == .none { return nil }
        record(index).pointee = Span()
        if state.pointee.canName(index) || addHighEntries() { return index }
        deallocateRecord(index, stash)
        return nil
    }

    /// Takes records for a stash from the list of all, and one of them for the caller; `.none` if there is no memory.
    private func refill(_ stash: UnsafeMutablePointer<RecordStash>) -> SpanIndex {
        let most = Int(Tunables.recordBatch)
        guard let (first, count, more) = state.pointee.records.allocate(most: most, using: heap.system) else {
            return .none
        }
        if more != 0 { heap.noteMetadata(more) }
        if count > 1 { stash.pointee.put(count - 1, from: SpanIndex(UInt(record(first).pointee.next))) { record($0) } }
        return first
    }

    /// Gives a span record up.
    func deallocateRecord(_ span: SpanIndex, _ stash: UnsafeMutablePointer<RecordStash>) { put(span, in: stash) }

    private func put(_ span: SpanIndex, in stash: UnsafeMutablePointer<RecordStash>) {
        guard let (first, last) = stash.pointee.put(span, { record($0) }) else { return }
        state.pointee.records.deallocate(from: first, to: last)
    }

    private func addHighEntries() -> Bool {
        let (more, isDone) = heap.withHeapLock { state.pointee.addHighEntries(using: heap.system) }
        if more != 0 { heap.noteMetadata(more) }
        return isDone
    }

    /// Whether a record is that of a span: the page map refers to it. A record that was freed keeps its old contents.
    ///
    /// - Parameter span: the record's contents.
    func isInUse(_ span: Span, _ index: SpanIndex) -> Bool { span.pages != 0 && entry(of: span.base).span == index }

    /// Total bytes of all live spans, and the bytes of them that their hole words mark as released. No other thread may
    /// use the heap in the meantime.
    var totals: (bytes: ByteCount, released: ByteCount) {
        var bytes: ByteCount = 0
        var released: ByteCount = 0
        for number in 1..<max(recordCount, 1) {
            let index = SpanIndex(UInt(number))
            let span = record(index)
            guard isInUse(span.pointee, index) else { continue }
            bytes += span.pointee.bytes + span.pointee.guardPages.bytes
            released += heap.physicalPage * UInt(span.pointee.releasedPhysicalPages.nonzeroBitCount)
        }
        return (bytes, released)
    }
}

extension SpanMap: RangeUser {
    package func prepare(range: Int, base: UInt, bytes: ByteCount) -> Bool {
        state.pointee.prepare(range: range, base: base, bytes: bytes, using: heap.system)
    }

    package func begin(pages: PageCount) -> Bool {
        // A span has at least one page, so there can be no more spans than pages.
        state.pointee.records.start(limit: Int(bitPattern: pages.rawValue), using: heap.system)
    }

    package func isBlocked(range: Int, upTo end: UInt) -> Bool {
        state.pointee.isBlocked(range: range, upTo: end, using: heap.system)
    }

    package func cover(range: Int, upTo end: UInt) -> (bytes: ByteCount, isCovered: Bool) {
        state.pointee.cover(range: range, upTo: end, using: heap.system)
    }

    package func noteGrown(range: Int, to end: UInt) { state.pointee.noteGrown(range: range, to: end) }

    package func remove(range: Int) -> ByteCount { state.pointee.remove(range: range, using: heap.system) }

    package func end() { state.pointee.records.cancel(using: heap.system) }
}
