extension Heap: PageSource {
    @inline(__always)
    package func spanEntry(of address: UInt) -> SpanTableEntry {
        if let entry = firstSpanEntry(of: address) { return entry }
        for index in 0..<state.pointee.reservationCount {
            let reservation = state.pointee.reservations[index]
            if reservation.contains(address), let table = reservation.table { return table.entry(of: address) }
        }
        return .none
    }

    /// An address's offset in the first reservation in units of 16 bytes. Rotated, so that one comparison finds addresses
    /// outside the reservation and such as are not multiples of 16.
    @inline(__always)
    package func unit(of address: UInt) -> UInt {
        let offset = address &- state.pointee.firstBase
        return offset &>> UInt(SizeClass.unitShift) | offset &<< UInt(UInt.bitWidth - SizeClass.unitShift)
    }

    /// What a page of the first reservation belongs to, if the address is a multiple of 16 in it, and frees are not checked.
    @inline(__always)
    func firstSpanEntry(of address: UInt) -> SpanTableEntry? {
        let unit = unit(of: address)
        return isQuick(unit) ? spanEntry(ofUnit: unit) : nil
    }

    /// Whether a unit is in the first reservation, and frees are not checked.
    @inline(__always)
    package func isQuick(_ unit: UInt) -> Bool { unit < state.pointee.firstUnits }

    /// What the page of a unit of the first reservation belongs to.
    @inline(__always)
    func spanEntry(ofUnit unit: UInt) -> SpanTableEntry {
        let page = Int(bitPattern: unit &>> UInt(PageGeometry.pageShift - SizeClass.unitShift))
        return SpanTableEntry(rawValue: state.pointee.firstEntries.unsafelyUnwrapped[page])
    }

    package func setSpanEntry(_ entry: SpanTableEntry, from address: UInt, count: PageCount) {
        for index in 0..<state.pointee.reservationCount {
            let reservation = state.pointee.reservations[index]
            if reservation.contains(address) { reservation.table?.set(entry, from: address, count: count) }
        }
    }

    @inline(__always)
    package func spanRecord(_ span: SpanIndex) -> UnsafeMutablePointer<Span> { state.pointee.records.record(span) }

    package var spanRecordCount: Int { state.pointee.records.usedCount }

    package var physicalPage: ByteCount { state.pointee.machine.physicalPage }

    package func noteHoles(released: ByteCount, calls: UInt, failures: UInt) {
        locked.lock()
        locked.pointee.books.releasedInSpans += released
        locked.pointee.books.releasedInSpansTotal += released
        locked.pointee.books.releaseCalls += calls
        locked.pointee.books.releaseFailures += failures
        publish()
        locked.unlock()
    }

    package func noteHoles(touched: ByteCount) {
        locked.lock()
        locked.pointee.books.releasedInSpans -= touched
        publish()
        locked.unlock()
        assist(AssistNeed(taken: touched))
    }

    package func noteGiven(_ bytes: ByteCount) {
        if noteFreed(bytes) { wakeWorker() }
    }

    package func noteWrongFree(_ kind: WrongFree, _ address: UInt, blockBytes: UInt) {
        state.pointee.wrongFree.note(kind, address, blockBytes: blockBytes)
    }

    /// Stops the program if a wrong free has been found. No lock is held.
    @inline(__always)
    func stopIfWrong() { state.pointee.wrongFree.stopIfAny() }

    /// Counts metadata that was made accessible outside the heap's own structures.
    func noteMetadata(_ bytes: ByteCount) {
        locked.lock()
        state.pointee.otherMetadataBytes += bytes
        publish()
        locked.unlock()
    }

    package func allocateSpanRecord() -> SpanIndex? { state.pointee.records.allocate(using: state.pointee.system) }

    package func deallocateSpanRecord(_ span: SpanIndex) { state.pointee.records.deallocate(span) }
}
