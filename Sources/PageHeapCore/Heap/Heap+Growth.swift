import Synchronization

extension Heap {
    /// Grows the heap for a request that no free run can hold: after the memory added last, or in a new reservation if
    /// there is no room or another mapping is in the way. The caller holds the heap lock.
    ///
    /// - Parameter count: number of pages that the request needs.
    /// - Returns: the bytes added; 0 if the system refuses, and then nothing has changed.
    func grow(toHold count: PageCount) -> ByteCount {
        locked.pointee.lock.assertHeld()
        if let more = addWithheld(), more >= count.bytes { return more }
        let bytes = count.bytes.roundedUp(to: PageGeometry.chunkBytes)
        let index = state.pointee.reservationCount
        if grow(by: bytes, for: count.bytes, in: index - 1) { return bytes }
        // A system that is short of memory has none elsewhere either, so a new reservation is tried only if this one is
        // blocked.
        guard index < Tunables.reservationLimit, isBlocked(state.pointee.reservations[index - 1], for: bytes),
            let next = Self.reserve(atLeast: bytes, state.pointee.system, state.pointee.configuration)
        else { return 0 }
        state.pointee.reservations[index] = next
        state.pointee.reservationCount = index + 1
        if grow(by: bytes, for: count.bytes, in: index) { return bytes }
        takeBack(index)
        return 0
    }

    /// Gives the last reservation back, nothing of which the allocator has: what was made accessible of it and of its page map
    /// leaves the ledger. The caller holds the heap lock.
    private func takeBack(_ index: Int) {
        let reservation = state.pointee.reservations[index]
        let accessible = ByteCount(reservation.accessibleEnd &- reservation.base)
        locked.pointee.ledger.system -= accessible
        locked.pointee.ledger.released -= accessible
        state.pointee.otherMetadataBytes -= reservation.table?.accessibleBytes ?? 0
        state.pointee.reservationCount = index
        Self.cancel(reservation, state.pointee.system)
    }

    /// Adds the pages of the first chunk that were withheld when it was added, so that a small process maps no more
    /// address space than it uses (``HeapConfiguration/firstBytes``). The caller holds the heap lock.
    ///
    /// - Returns: the bytes added; nil if none are withheld or the system refuses.
    func addWithheld() -> ByteCount? {
        let first = state.pointee.reservations[0]
        guard first.accessibleEnd < first.grownEnd else { return nil }
        let withheld = ByteCount(first.grownEnd &- first.accessibleEnd)
        guard state.pointee.system.makeAccessible(first.accessibleEnd, withheld) else { return nil }
        let base = offset(first.accessibleEnd)
        state.pointee.reservations[0].accessibleEnd = first.grownEnd
        // These pages were never used, so the search for memory to release need not look there: the mark stays as it
        // was.
        let mark = locked.pointee.pages.freeHighWaterMark
        locked.pointee.pages.free(base: base, count: withheld.pagesRoundedUp)
        locked.pointee.pages.markScavenged(base: base, count: withheld.pagesRoundedUp)
        locked.pointee.pages.freeHighWaterMark = mark
        locked.pointee.ledger.system += withheld
        locked.pointee.ledger.released += withheld
        settleHugePages(first.accessibleEnd, withheld, wanted: withheld)
        return withheld
    }

    /// Whether a reservation has no room for the bytes, or another mapping is in the way of it or of its page map.
    private func isBlocked(_ reservation: Reservation, for bytes: ByteCount) -> Bool {
        let room = ByteCount(reservation.end &- reservation.grownEnd)
        if bytes > room { return true }
        let end = reservation.grownEnd &+ bytes.rawValue
        if end > reservation.accessibleEnd
            && state.pointee.system.isOccupied(
                reservation.accessibleEnd, ByteCount(end &- reservation.accessibleEnd))
        {
            return true
        }
        return reservation.table?.isBlocked(upTo: end, using: state.pointee.system) ?? false
    }

    /// Adds memory to the end of what a reservation has grown to. The caller holds the heap lock.
    ///
    /// - Parameters:
    ///   - bytes: bytes to add, whole chunks.
    ///   - wanted: bytes of them that the request needs.
    ///   - index: the reservation's index.
    /// - Returns: false if there is no room or the system refuses.
    private func grow(by bytes: ByteCount, for wanted: ByteCount, in index: Int) -> Bool {
        let room = state.pointee.reservations[index]
        guard bytes.rawValue <= room.end &- room.grownEnd else { return false }
        let end = room.grownEnd &+ bytes.rawValue
        let firstBytes = state.pointee.configuration.firstBytes
        let isPart = index == 0 && room.grownEnd == room.base && wanted <= firstBytes && bytes > firstBytes
        let accessible = isPart ? room.base &+ firstBytes.rawValue : end
        guard makeAccessible(upTo: end, accessible: accessible, in: index) else { return false }
        let range = AddressRange(base: offset(room.grownEnd), limit: offset(room.grownEnd) + bytes)
        guard locked.pointee.pages.grow(range, using: state.pointee.system) else { return false }
        if isPart {
            _ = locked.pointee.pages.allocateRange(
                base: offset(accessible), count: ByteCount(end &- accessible).pagesRoundedUp)
        }
        state.pointee.reservations[index].grownEnd = end
        if index == 0 && room.table != nil {
            // Stored before any of the new memory is handed out; see ``HeapState``.
            let units = unit(of: end)
            state.pointee.grownUnits.store(units, ordering: .relaxed)
            if state.pointee.blockStates == nil {
                state.pointee.quickUnits.store(units, ordering: .relaxed)
            } else {
                state.pointee.checkedUnits.store(units, ordering: .relaxed)
            }
        }
        return true
    }

    /// Makes a reservation's metadata (page map, block states) accessible up to `end`, and its memory up to
    /// `accessible`, as a rule mapping a step ahead. The caller holds the heap lock.
    ///
    /// - Parameters:
    ///   - end: the process address up to which the reservation will have grown.
    ///   - accessible: the process address up to which memory is needed now, at most `end`.
    /// - Returns: false if the system refuses.
    private func makeAccessible(upTo end: UInt, accessible: UInt, in index: Int) -> Bool {
        if state.pointee.reservations[index].table != nil {
            let withHigh = state.pointee.hasHighEntries.load(ordering: .relaxed)
            guard
                let more = state.pointee.reservations[index].table?.makeAccessible(
                    upTo: end, withHigh: withHigh, using: state.pointee.system)
            else { return false }
            state.pointee.otherMetadataBytes += more
        }
        if index == 0, let states = state.pointee.blockStates {
            guard let more = states.makeAccessible(first: unit(of: end), using: state.pointee.system) else {
                return false
            }
            state.pointee.otherMetadataBytes += more
        }
        let reservation = state.pointee.reservations[index]
        if accessible <= reservation.accessibleEnd { return true }
        let needed = ByteCount(accessible &- reservation.accessibleEnd)
        let left = ByteCount(reservation.end &- reservation.accessibleEnd)
        let share = ByteCount((reservation.grownEnd &- reservation.base) / Tunables.accessibleStepShare)
        let step = min(share, Tunables.accessibleStepBytes).roundedUp(to: PageGeometry.chunkBytes)
        let ahead = accessible < end ? needed : min(max(needed, step), left)
        let taken: ByteCount
        if state.pointee.system.makeAccessible(reservation.accessibleEnd, ahead) {
            taken = ahead
        } else if ahead != needed && state.pointee.system.makeAccessible(reservation.accessibleEnd, needed) {
            taken = needed
        } else {
            return false
        }
        settleHugePages(reservation.accessibleEnd, taken, wanted: needed)
        state.pointee.reservations[index].accessibleEnd &+= taken.rawValue
        locked.pointee.ledger.system += taken
        locked.pointee.ledger.released += taken
        return true
    }

    /// Adds the high part to every page-map entry, so that more spans can be told apart. The caller holds neither the
    /// heap lock nor a later one.
    ///
    /// - Returns: false if the system refuses memory.
    func addHighEntries() -> Bool {
        withLockedPages {
            if state.pointee.hasHighEntries.load(ordering: .relaxed) { return true }
            for index in 0..<state.pointee.reservationCount where state.pointee.reservations[index].table != nil {
                let end = state.pointee.reservations[index].grownEnd
                guard
                    let more = state.pointee.reservations[index].table?.makeAccessible(
                        upTo: end, withHigh: true, using: state.pointee.system)
                else { return false }
                state.pointee.otherMetadataBytes += more
            }
            state.pointee.hasHighEntries.store(true, ordering: .relaxed)
            return true
        }
    }

    /// Sets whether freshly mapped memory may lie on huge pages. Asks for none for a request larger than a chunk, which
    /// may be touched only sparsely; but small steps follow the first one of their region, so that requests of different
    /// sizes by turns do not cut the heap into many mappings. The caller holds the heap lock.
    ///
    /// - Parameters:
    ///   - address: process address of the fresh memory.
    ///   - step: its size in bytes.
    ///   - wanted: bytes of it that are needed at once.
    private func settleHugePages(_ address: UInt, _ step: ByteCount, wanted: ByteCount) {
        locked.pointee.lock.assertHeld()
        guard let hugePages = state.pointee.space.hugePages else { return }
        let use = state.pointee.configuration.hugePages
        if use == .never {
            state.pointee.system.forbidHugePages(address, step)
            return
        }
        var isAsked =
            use == .growth && wanted <= PageGeometry.chunkBytes
            && locked.pointee.ledger.retained >= Tunables.hugePageHeapBytes
        let region = PageGeometry.chunkBytes * Tunables.hugePageRegionChunks
        let number = address / region.rawValue
        if step < region && number == state.pointee.hugePageRegion.number {
            isAsked = state.pointee.hugePageRegion.isAsked
        } else {
            state.pointee.hugePageRegion = ((address &+ step.rawValue) / region.rawValue, isAsked)
        }
        let isAllowed = isAsked && state.pointee.system.allowHugePages(address, step)
        if isAllowed || state.pointee.hugePagesComeUnasked {
            hugePages.open(AddressRange(base: offset(address), limit: offset(address) + step))
        }
    }

    /// Offsets growth by releasing what the grown heap retains beyond its goal. The caller holds no lock.
    ///
    /// - Parameters:
    ///   - need: what the allocation took.
    ///   - released: bytes that this allocation has already released.
    /// - Returns: the bytes released.
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

/// A range of reserved address space, and how far the heap has grown into it. As a rule it is only chosen: other
/// mappings of the process may come to lie in the part that is not accessible.
///
///     base ──── in the allocator ──── grownEnd ── accessible ── accessibleEnd ──── reserved ──── end
///
/// The first chunk of a malloc heap may be in the allocator before all of it is accessible; the withheld rest counts as
/// in use there. Addresses are process addresses.
struct Reservation {
    var base: UInt = 0
    var end: UInt = 0
    var grownEnd: UInt = 0
    var accessibleEnd: UInt = 0
    /// The page map from pages to spans, if the heap keeps one.
    var table: PageMap?

    var isEmpty: Bool { base == end }

    var size: ByteCount { ByteCount(end &- base) }
}
