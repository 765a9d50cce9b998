import Synchronization

extension Heap {
    /// Adds memory for a request that nothing free could hold. The heap lock is held.
    ///
    /// - Returns: the bytes added; 0 where the system refuses, and then nothing has changed.
    func grow(toHold count: PageCount) -> ByteCount {
        let bytes = count.bytes.roundedUp(to: PageGeometry.chunkBytes)
        var index = state.pointee.reservationCount - 1
        let room = state.pointee.reservations[index]
        if bytes.rawValue > room.end &- room.grownEnd {
            guard state.pointee.reservationCount < Tunables.reservationLimit,
                let next = Self.reserve(atLeast: bytes, state.pointee.system, state.pointee.configuration)
            else { return 0 }
            index += 1
            state.pointee.reservations[index] = next
            state.pointee.reservationCount = index + 1
        }
        let base = state.pointee.reservations[index].grownEnd
        guard makeAccessible(upTo: base &+ bytes.rawValue, in: index) else { return 0 }
        let range = AddressRange(base: offset(base), limit: offset(base) + bytes)
        guard locked.pointee.pages.grow(range, using: state.pointee.system) else { return 0 }
        state.pointee.reservations[index].grownEnd = base &+ bytes.rawValue
        return bytes
    }

    /// Makes a reservation usable up to an address, a large step ahead where the system lets us.
    private func makeAccessible(upTo end: UInt, in index: Int) -> Bool {
        var reservation = state.pointee.reservations[index]
        if reservation.table != nil {
            guard
                let more = reservation.table?.makeAccessible(
                    reservation.grownEnd, end, using: state.pointee.system)
            else { return false }
            state.pointee.otherMetadataBytes += more
            state.pointee.reservations[index] = reservation
        }
        if index == 0, let states = state.pointee.blockStates {
            guard
                let more = states.makeAccessible(
                    unit(of: reservation.grownEnd), unit(of: end),
                    withUnsafeMutablePointer(to: &state.pointee.blockStretches) { $0 }, using: state.pointee.system)
            else { return false }
            state.pointee.otherMetadataBytes += more
        }
        if end <= reservation.accessibleEnd { return true }
        let needed = ByteCount(end &- reservation.accessibleEnd)
        let left = ByteCount(reservation.end &- reservation.accessibleEnd)
        let ahead = min(needed.roundedUp(to: Tunables.accessibleStepBytes), left)
        let step: ByteCount
        if state.pointee.system.makeAccessible(reservation.accessibleEnd, ahead) {
            step = ahead
        } else if state.pointee.system.makeAccessible(reservation.accessibleEnd, needed) {
            step = needed
        } else {
            return false
        }
        settleHugePages(reservation.accessibleEnd, step, wanted: needed)
        reservation.accessibleEnd &+= step.rawValue
        state.pointee.reservations[index] = reservation
        locked.pointee.books.system += step
        locked.pointee.books.released += step
        return true
    }

    /// Has a fresh step lie on huge pages or not. Not for a large request, which may be touched here and there only. The
    /// heap lock is held.
    private func settleHugePages(_ address: UInt, _ step: ByteCount, wanted: ByteCount) {
        guard let hugePages = state.pointee.space.hugePages else { return }
        let use = state.pointee.configuration.hugePages
        if use == .never {
            state.pointee.system.forbidHugePages(address, step)
            return
        }
        let isAsked =
            use == .growth && wanted <= PageGeometry.chunkBytes
            && locked.pointee.books.retained >= Tunables.hugePageHeapBytes
        let isAllowed = isAsked && state.pointee.system.allowHugePages(address, step)
        if isAllowed || state.pointee.hugePagesComeUnasked {
            hugePages.open(AddressRange(base: offset(address), limit: offset(address) + step))
        }
    }

    /// Offsets growth by releasing what the heap, with it, retains beyond its goal. No lock is held.
    ///
    /// - Parameter released: what this allocation has released already.
    func offsetGrowth(_ need: AssistNeed, released: ByteCount) -> ByteCount {
        let goal = ByteCount(state.pointee.goal.load(ordering: .relaxed))
        let retained = need.retainedBefore + need.growth
        guard goal != .maximum, retained > goal else { return 0 }
        let wanted = min(min(need.growth, retained - goal), Tunables.growthAssistBytes)
        guard wanted > released else { return 0 }
        let start = state.pointee.system.threadProcessorNanoseconds()
        defer { noteSpent(since: start, in: withUnsafePointer(to: state.pointee.assistNanoseconds) { $0 }) }
        return search.scavenge(
            wanted - released, .growth, chunkLimit: Tunables.assistChunkLimit, using: state.pointee.system)
    }
}
