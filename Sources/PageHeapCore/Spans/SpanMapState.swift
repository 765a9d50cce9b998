import Synchronization

/// The state of a ``SpanMap``, in memory that does not move; valid (empty) when zero-initialised.
package struct SpanMapState: ~Copyable {
    // Read by every free, so placed first: the first range. Its grown size, in units of 16 bytes, is stored before the
    // first block there is handed out. Relaxed suffices: a thread that has a block has seen what was stored before it
    // was handed out.
    /// The first range's process address.
    private var firstBase: UInt
    /// How far the heap has grown in the first range if frees have a fast path and are not checked; else 0, which
    /// disables it.
    private let quickUnits: Atomic<UInt>
    /// The address at which the low part of the entry of page 0 would lie, if its page map covered all addresses: so an
    /// entry is found without the range's base.
    private var entriesOfPage0: UInt
    /// The same if frees have a fast path and are checked; else 0.
    private let checkedUnits: Atomic<UInt>
    /// The same in either case.
    private let grownUnits: Atomic<UInt>
    /// Which of its small blocks are allocated to the program, if frees are checked.
    private(set) var blockStates: BlockStates?
    /// Whether there have been more spans than the low parts of entries can tell apart. Changed under the heap lock;
    /// relaxed.
    private let hasHighEntries: Atomic<Bool>

    /// A range of address space: its page map, and how far the heap has grown in it.
    private struct Range {
        var base: UInt
        var grownEnd: UInt
        var table: PageMap
    }

    /// The ranges, nearly always only one. Guarded by the heap lock.
    private var ranges: InlineArray<8, Range>
    private var count: Int
    /// Whether block states are kept, if the system gives memory for them.
    var checksFrees: Bool
    /// Whether small blocks may be freed on a fast path. Else every free takes the slow one, because allocations are sampled
    /// or the hardening level is 2.
    var hasFastFree: Bool

    package var records: SpanRecords
    /// A wrong free that was noted while locks were held.
    let wrongFree: NotedWrongFree

    // MARK: Lookups without a lock

    /// The offset of an address in the first range, in units of 16 bytes. It is rotated, so that a single comparison
    /// rejects both addresses outside the range and those that are not multiples of 16.
    @inline(__always)
    func unit(of address: UInt) -> UInt {
        let offset = address &- firstBase
        return offset &>> UInt(SizeClass.unitShift) | offset &<< UInt(UInt.bitWidth - SizeClass.unitShift)
    }

    @inline(__always)
    func isQuick(_ unit: UInt) -> Bool { unit < quickUnits.load(ordering: .relaxed) }

    @inline(__always)
    func isChecked(_ unit: UInt) -> Bool { unit < checkedUnits.load(ordering: .relaxed) }

    /// The low part of the entry of the page that holds an address, which must lie in the grown part of the first range.
    @inline(__always)
    private func lowPart(of address: UInt) -> UnsafeMutablePointer<UInt32> {
        let entry = entriesOfPage0 &+ address &>> UInt(PageGeometry.pageShift) &* 4
        return UnsafeMutablePointer(bitPattern: entry).unsafelyUnwrapped
    }

    /// The size class of the page that holds an address, which must lie in the grown part of the first range.
    @inline(__always)
    func quickSizeClass(of address: UInt) -> SizeClass { PageMapEntry(low: lowPart(of: address).pointee).sizeClass }

    /// The low part of the entry of an address; nil if the address is not in the grown part of the first range, or
    /// entries have high parts. Only then is an entry more than one word, which is changed and read without a lock.
    @inline(__always)
    private func quickLowPart(of address: UInt) -> UnsafeMutablePointer<UInt32>? {
        let offset = address &- firstBase
        guard offset &>> UInt(SizeClass.unitShift) < grownUnits.load(ordering: .relaxed),
            !hasHighEntries.load(ordering: .relaxed)
        else { return nil }
        return lowPart(of: address)
    }

    /// The entry of an address, if it can be read without a lock.
    @inline(__always)
    func quickEntry(of address: UInt) -> PageMapEntry? {
        quickLowPart(of: address).map { PageMapEntry(low: $0.pointee) }
    }

    /// Sets the entries of some pages, if that needs no lock.
    ///
    /// - Returns: false if it needs one; then nothing has changed.
    @inline(__always)
    func setQuickly(_ entry: PageMapEntry, from address: UInt, count: PageCount) -> Bool {
        guard let entries = quickLowPart(of: address) else { return false }
        for page in 0..<Int(bitPattern: count.rawValue) { entries[page] = entry.low }
        return true
    }

    /// Whether spans can be told apart without high parts, or the high parts are there.
    func canName(_ span: SpanIndex) -> Bool {
        span.rawValue < UInt(bitPattern: PageMapEntry.lowSpanLimit) || hasHighEntries.load(ordering: .relaxed)
    }

    // MARK: Under the heap lock

    /// Looks up an address in any range.
    func entry(of address: UInt) -> PageMapEntry {
        for number in 0..<count where address >= ranges[number].base && address < ranges[number].grownEnd {
            return ranges[number].table.entry(of: address)
        }
        return .none
    }

    func set(_ entry: PageMapEntry, from address: UInt, count pages: PageCount) {
        // Ranges that are only chosen may overlap; their grown parts do not.
        for number in 0..<count where address >= ranges[number].base && address < ranges[number].grownEnd {
            ranges[number].table.set(entry, from: address, count: pages)
        }
    }

    /// Bytes that the page maps and block states of all ranges take.
    private var accessibleBytes: ByteCount {
        var total = blockStates?.accessibleBytes ?? 0
        for number in 0..<count { total += ranges[number].table.accessibleBytes }
        return total
    }

    /// Adds the high part to every entry, so that more spans can be told apart.
    ///
    /// - Returns: the bytes that this took, and false if the system refuses.
    mutating func addHighEntries(
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> (bytes: ByteCount, isDone: Bool) {
        let before = accessibleBytes
        var isDone = true
        for number in 0..<count where isDone {
            let end = ranges[number].grownEnd
            isDone = ranges[number].table.makeAccessible(upTo: end, withHigh: true, using: system)
        }
        if isDone { hasHighEntries.store(true, ordering: .relaxed) }
        return (accessibleBytes - before, isDone)
    }

    /// See ``RangeUser/prepare(range:base:bytes:)``.
    mutating func prepare(
        range: Int, base: UInt, bytes: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        invariant(range == count, "a range of address space came out of order")
        guard let table = PageMap(base: base, bytes: bytes, using: system) else { return false }
        ranges[range] = Range(base: base, grownEnd: base, table: table)
        count = range + 1
        guard range == 0 else { return true }
        firstBase = base
        entriesOfPage0 = UInt(bitPattern: table.lowParts) &- base &>> UInt(PageGeometry.pageShift) &* 4
        if checksFrees { blockStates = BlockStates(bytes: bytes, using: system) }
        return true
    }

    func isBlocked(range: Int, upTo end: UInt, using system: borrowing some OperatingSystem & ~Copyable) -> Bool {
        ranges[range].table.isBlocked(upTo: end, using: system)
    }

    mutating func cover(
        range: Int, upTo end: UInt, using system: borrowing some OperatingSystem & ~Copyable
    ) -> (bytes: ByteCount, isCovered: Bool) {
        let before = accessibleBytes
        let withHigh = hasHighEntries.load(ordering: .relaxed)
        var isCovered = ranges[range].table.makeAccessible(upTo: end, withHigh: withHigh, using: system)
        if isCovered, range == 0, let blockStates {
            isCovered = blockStates.makeAccessible(first: unit(of: end), using: system)
        }
        return (accessibleBytes - before, isCovered)
    }

    mutating func noteGrown(range: Int, to end: UInt) {
        ranges[range].grownEnd = end
        guard range == 0 else { return }
        let units = unit(of: end)
        grownUnits.store(units, ordering: .relaxed)
        if !hasFastFree { return }
        if blockStates == nil {
            quickUnits.store(units, ordering: .relaxed)
        } else {
            checkedUnits.store(units, ordering: .relaxed)
        }
    }

    mutating func remove(range: Int, using system: borrowing some OperatingSystem & ~Copyable) -> ByteCount {
        invariant(range == count - 1, "a range of address space left out of order")
        let before = accessibleBytes
        ranges[range].table.cancel(using: system)
        count = range
        if range == 0 {
            blockStates?.cancel(using: system)
            blockStates = nil
        }
        return before - accessibleBytes
    }
}
