extension Heap: PageSource {
    @inline(__always)
    package func spanEntry(of address: UInt) -> SpanTableEntry {
        for index in 0..<state.pointee.reservationCount {
            let reservation = state.pointee.reservations[index]
            if reservation.contains(address), let table = reservation.table { return table.entry(of: address) }
        }
        return .none
    }

    package func setSpanEntry(_ entry: SpanTableEntry, from address: UInt, count: PageCount) {
        for index in 0..<state.pointee.reservationCount {
            let reservation = state.pointee.reservations[index]
            if reservation.contains(address) { reservation.table?.set(entry, from: address, count: count) }
        }
    }

    @inline(__always)
    package func spanRecord(_ span: SpanIndex) -> UnsafeMutablePointer<Span> { state.pointee.records.record(span) }

    package func allocateSpanRecord() -> SpanIndex? { state.pointee.records.allocate(using: state.pointee.system) }

    package func deallocateSpanRecord(_ span: SpanIndex) { state.pointee.records.deallocate(span) }
}
