// Hardening level 1 tracks the state of every small block, so that wrong frees are caught at the call. It closes the
// fast path of malloc and free; this path replaces it and updates the states.
extension MallocHeap {
    /// Whether frees of small blocks are checked at the call. Also false if the system refused memory for the states.
    package var checksFrees: Bool { spans.blockStates != nil }

    /// Allocates a small block from the thread cache, if frees are checked.
    ///
    /// - Parameters:
    ///   - bytes: the size requested.
    ///   - otherwise: called if frees are not checked, the request is not small, or the cache holds no such block.
    @inline(__always)
    package func allocateChecked(
        _ bytes: UInt, otherwise: () -> UnsafeMutableRawPointer?
    ) -> UnsafeMutableRawPointer? {
        guard bytes < state.pointee.checkedLimit else { return otherwise() }
        let sizeClass = classes.sizeClass(holding: ByteCount(bytes))
        return pop(
            sizeClass,
            note: { block in
                let unit = spans.unit(of: block)
                let states = spans.blockStates.unsafelyUnwrapped
                if states.covers(unit) { states.markOut(unit, sizeClass) }
            },
            otherwise: otherwise)
    }

    /// Frees a small block into the thread cache, if frees are checked. Aborts if the address is in a span of small
    /// blocks, but no allocated block begins there.
    ///
    /// - Parameters:
    ///   - address: the block.
    ///   - unit: the result of ``SpanMap/unit(of:)`` for it.
    /// - Returns: false if frees are not checked, the address is not that of a small block in the first range, or
    ///   the cache is full; then nothing has changed.
    @inline(__always)
    package func freeChecked(_ address: UInt, _ unit: UInt) -> Bool {
        guard spans.isChecked(unit) else { return false }
        let states = spans.blockStates.unsafelyUnwrapped
        let sizeClass = spans.quickSizeClass(of: address)
        // Addresses outside spans of small blocks are never marked as allocated.
        guard states.takeBack(unit, sizeClass) else {
            if sizeClass != .notSmall { stopWrongUse(address, sizeClass, in: .free) }
            return false
        }
        if push(address, sizeClass) { return true }
        states.markOut(unit, sizeClass)
        return false
    }

    /// The block states that cover an address, and its unit in them; nil if frees are not checked, or not in the
    /// first range.
    private func states(of address: UInt) -> (states: BlockStates, unit: UInt)? {
        let unit = spans.unit(of: address)
        guard let states = spans.blockStates, states.covers(unit) else { return nil }
        return (states, unit)
    }

    /// Marks a small block as allocated to the program, if frees are checked. Address 0 is no block, and ignored.
    func noteOut(_ address: UInt, _ sizeClass: SizeClass) {
        if let (states, unit) = states(of: address) { states.markOut(unit, sizeClass) }
    }

    /// Marks a small block as freed, if frees are checked. Aborts if no allocated block begins there.
    func noteBack(_ address: UInt, _ sizeClass: SizeClass) {
        guard let (states, unit) = states(of: address) else { return }
        let isTaken = isHardened ? states.takeBackOnce(unit, sizeClass) : states.takeBack(unit, sizeClass)
        if !isTaken { stopWrongUse(address, sizeClass, in: .free) }
    }

    /// Aborts if frees are checked and no allocated small block begins at an address.
    func checkIsOut(_ address: UInt, _ sizeClass: SizeClass, in call: BlockCall) {
        if let (states, unit) = states(of: address), !states.isOut(unit, sizeClass) {
            stopWrongUse(address, sizeClass, in: call)
        }
    }
}
