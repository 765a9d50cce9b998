// Hardening level 1: the state of each small block is known, and wrong frees of them are found at the call. The short way of
// malloc and free is closed then; this is the way instead, with the states beside it.
extension MallocHeap {
    /// Whether frees of small blocks are checked at the call. False, too, where the system refused room for that.
    package var checksFrees: Bool { state.pointee.heap.blockStates != nil }

    /// A small block from the thread's cache, where frees are checked.
    ///
    /// - Parameter otherwise: where they are not, where the request is not small, and where the cache has none.
    @inline(__always)
    package func allocateChecked(
        _ bytes: UInt, otherwise: () -> UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        guard bytes < state.pointee.checkedLimit else { return otherwise() }
        let sizeClass = classes.sizeClass(holding: ByteCount(bytes))
        return pop(
            sizeClass,
            note: { block in
                let unit = heap.unit(of: block)
                let states = state.pointee.heap.blockStates.unsafelyUnwrapped
                if states.covers(unit) { states.markOut(unit, sizeClass) }
            },
            otherwise: otherwise)
    }

    /// Puts a small block into the thread's cache, where frees are checked, and stops the program where no block that
    /// begins there is with it. False where they are not checked, the address is none of a small block of the first
    /// reservation, or the cache is full; then nothing has changed.
    ///
    /// - Parameter unit: the address's offset, as ``Heap/unit(of:)`` tells it.
    @inline(__always)
    package func freeChecked(_ address: UInt, _ unit: UInt) -> Bool {
        guard heap.isChecked(unit) else { return false }
        let states = state.pointee.heap.blockStates.unsafelyUnwrapped
        let sizeClass = heap.sizeClass(ofUnit: unit)
        // Nothing that is not small is ever out by the states.
        guard states.takeBack(unit, sizeClass) else {
            if sizeClass != .notSmall { stopWrongFree(address, sizeClass) }
            return false
        }
        if push(address, sizeClass) { return true }
        states.markOut(unit, sizeClass)
        return false
    }

    /// The states that a small block's is among, and its unit in them; nothing where frees are not checked, or not those of
    /// its reservation.
    private func states(of address: UInt) -> (states: BlockStates, unit: UInt)? {
        let unit = heap.unit(of: address)
        guard let states = state.pointee.heap.blockStates, states.covers(unit) else { return nil }
        return (states, unit)
    }

    /// Where frees are checked: a small block goes to the program. Address 0 is none.
    func noteOut(_ address: UInt, _ sizeClass: SizeClass) {
        if let (states, unit) = states(of: address) { states.markOut(unit, sizeClass) }
    }

    /// Where frees are checked: a small block is about to come back. Stops the program where no block that begins there is
    /// with it.
    func noteBack(_ address: UInt, _ sizeClass: SizeClass) {
        if let (states, unit) = states(of: address), !states.takeBack(unit, sizeClass) {
            stopWrongFree(address, sizeClass)
        }
    }

    /// Where frees are checked: stops the program where no small block that begins there is with it.
    func checkIsOut(_ address: UInt, _ sizeClass: SizeClass) {
        if let (states, unit) = states(of: address), !states.isOut(unit, sizeClass) {
            stopWrongFree(address, sizeClass)
        }
    }
}
