import Synchronization

extension Heap: PageSource {
    @inline(__always)
    package func spanEntry(of address: UInt) -> PageMapEntry {
        let unit = address &- state.pointee.firstBase
        let isInFirst = unit &>> UInt(SizeClass.unitShift) < state.pointee.grownUnits.load(ordering: .relaxed)
        if isInFirst && !state.pointee.hasHighEntries.load(ordering: .relaxed) {
            let page = Int(bitPattern: unit &>> UInt(PageGeometry.pageShift))
            return PageMapEntry(low: state.pointee.firstEntries.unsafelyUnwrapped[page])
        }
        return spanEntryUnderLock(of: address)
    }

    /// Looks up an address in any reservation. Takes the heap lock, because the list of reservations changes.
    @inline(never)
    private func spanEntryUnderLock(of address: UInt) -> PageMapEntry {
        withHeapLock { spanEntryLocked(of: address) }
    }

    /// Looks up an address in any reservation. The caller holds the heap lock.
    func spanEntryLocked(of address: UInt) -> PageMapEntry {
        locked.pointee.lock.assertHeld()
        for index in 0..<state.pointee.reservationCount {
            let reservation = state.pointee.reservations[index]
            if address >= reservation.base && address < reservation.grownEnd, let table = reservation.table {
                return table.entry(of: address)
            }
        }
        return .none
    }

    /// The offset of an address in the first reservation, in units of 16 bytes. It is rotated, so that a single
    /// comparison rejects both addresses outside the reservation and those that are not multiples of 16.
    @inline(__always)
    package func unit(of address: UInt) -> UInt {
        let offset = address &- state.pointee.firstBase
        return offset &>> UInt(SizeClass.unitShift) | offset &<< UInt(UInt.bitWidth - SizeClass.unitShift)
    }

    /// Whether a unit lies in the grown part of the first reservation of a heap that does not check frees.
    @inline(__always)
    package func isQuick(_ unit: UInt) -> Bool { unit < state.pointee.quickUnits.load(ordering: .relaxed) }

    /// Whether a unit lies in the grown part of the first reservation of a heap that checks frees.
    @inline(__always)
    package func isChecked(_ unit: UInt) -> Bool { unit < state.pointee.checkedUnits.load(ordering: .relaxed) }

    /// The size class of the page that holds a unit, which must lie in the grown part of the first reservation.
    @inline(__always)
    func sizeClass(ofUnit unit: UInt) -> SizeClass {
        let page = Int(bitPattern: unit &>> UInt(PageGeometry.pageShift - SizeClass.unitShift))
        return PageMapEntry(low: state.pointee.firstEntries.unsafelyUnwrapped[page]).sizeClass
    }

    package func setSpanEntry(_ entry: PageMapEntry, from address: UInt, count: PageCount) {
        let isInFirst =
            address &- state.pointee.firstBase
            < state.pointee.grownUnits.load(ordering: .relaxed) &<< UInt(SizeClass.unitShift)
        if isInFirst && !state.pointee.hasHighEntries.load(ordering: .relaxed) {
            let first = Int(bitPattern: (address &- state.pointee.firstBase) &>> UInt(PageGeometry.pageShift))
            let entries = state.pointee.firstEntries.unsafelyUnwrapped
            for page in first..<(first + Int(bitPattern: count.rawValue)) { entries[page] = entry.low }
            return
        }
        withHeapLock {
            for index in 0..<state.pointee.reservationCount {
                let reservation = state.pointee.reservations[index]
                // Reservations that are only chosen may overlap; their grown parts do not.
                if address >= reservation.base && address < reservation.grownEnd {
                    reservation.table?.set(entry, from: address, count: count)
                }
            }
        }
    }

    @inline(__always)
    package func spanRecord(_ span: SpanIndex) -> UnsafeMutablePointer<Span> { state.pointee.records.record(span) }

    package var spanRecordCount: Int { state.pointee.records.usedCount }

    package var physicalPage: ByteCount { state.pointee.machine.physicalPage }

    package func noteHoles(released: ByteCount, calls: UInt, failures: UInt) {
        withLockedPages {
            locked.pointee.ledger.releasedInSpans += released
            locked.pointee.ledger.releasedInSpansTotal += released
            locked.pointee.ledger.releaseCalls += calls
            locked.pointee.ledger.releaseFailures += failures
        }
    }

    package func noteHoles(touched: ByteCount) {
        withLockedPages { locked.pointee.ledger.releasedInSpans -= touched }
        assist(AssistNeed(taken: touched))
    }

    package func noteGiven(_ bytes: ByteCount) {
        if noteFreed(bytes) { wakeWorker() }
    }

    package func noteWrongFree(_ kind: WrongFree, _ address: UInt, blockBytes: UInt) {
        state.pointee.wrongFree.note(kind, address, blockBytes: blockBytes)
    }

    /// Aborts if a wrong free was noted while locks were held. The caller holds no lock.
    @inline(__always)
    func stopIfWrong() { state.pointee.wrongFree.stopIfAny() }

    /// Counts metadata made accessible outside the heap's own structures. Takes the heap lock.
    func noteMetadata(_ bytes: ByteCount) {
        withLockedPages { state.pointee.otherMetadataBytes += bytes }
    }

    package func allocateSpanRecord() -> SpanIndex? {
        guard let index = state.pointee.records.allocate(using: state.pointee.system) else { return nil }
        if index.rawValue < UInt(bitPattern: PageMapEntry.lowSpanLimit)
            || state.pointee.hasHighEntries.load(ordering: .relaxed) || addHighEntries()
        {
            return index
        }
        deallocateSpanRecord(index)
        return nil
    }

    package func deallocateSpanRecord(_ span: SpanIndex) { state.pointee.records.deallocate(span) }
}
