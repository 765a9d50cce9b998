/// The address space of a heap: the ranges that it has reserved, and how far it has grown in them.
///
/// Nearly always there is one range, so large that it lasts. As a rule it is only chosen, not taken from the system,
/// because what is reserved without access counts against limits: other mappings of the process may come to lie in the
/// part that is not accessible yet. If one does, or the range is used up, growth goes on in a new range. If addresses
/// cannot be chosen, or dozens of heaps have used up what can be, heaps share what the system has: each begins with a
/// small range then, and takes larger ones as it grows (``HeapConfiguration/firstReservationBytes``).
///
/// The first chunk of a malloc heap is not mapped whole: the *withheld* rest counts as in use in the page allocator
/// until it is needed (``HeapConfiguration/firstBytes``), so that a small process maps no more address space than it
/// uses.
///
/// Guarded by the heap lock. Valid (empty) when zero-initialised.
struct AddressSpace {
    private var reservations: InlineArray<8, Reservation>
    private var count: Int
    /// The region that the heap grew in last, and whether it asked for huge pages there.
    private var hugePageRegion: (number: UInt, isAsked: Bool)

    /// Bytes that are accessible but not yet in the page allocator, and bytes that the page allocator counts as in use
    /// but are not yet accessible.
    var notInAllocator: (ahead: ByteCount, withheld: ByteCount) {
        var ahead: ByteCount = 0
        var withheld: ByteCount = 0
        for index in 0..<count {
            let reservation = reservations[index]
            if reservation.accessibleEnd >= reservation.grownEnd {
                ahead += ByteCount(reservation.accessibleEnd &- reservation.grownEnd)
            } else {
                withheld += ByteCount(reservation.grownEnd &- reservation.accessibleEnd)
            }
        }
        return (ahead, withheld)
    }

    /// The accessible memory of a range; nil if there are fewer of them.
    func accessible(_ index: Int) -> MemoryRange? {
        guard index < count else { return nil }
        return MemoryRange(
            address: reservations[index].base,
            bytes: ByteCount(reservations[index].accessibleEnd &- reservations[index].base))
    }

    // MARK: Reserving

    /// Reserves a range: the usual size, halved while the system refuses. If the process's address space is limited and
    /// reserving counts, takes half of what is available, because the program needs the rest; each further range takes
    /// half of what is left.
    ///
    /// - Parameters:
    ///   - bytes: the least that will do, rounded up to whole chunks.
    ///   - system: the operating system.
    ///   - usual: the usual size.
    ///   - user: the layer above; the range counts only if the user is prepared for it.
    /// - Returns: false if the system refuses; then nothing has changed.
    mutating func reserve(
        atLeast bytes: ByteCount, _ system: borrowing some OperatingSystem, usual: ByteCount, for user: some RangeUser
    ) -> Bool {
        guard count < Tunables.reservationLimit else { return false }
        let floor = bytes.roundedUp(to: PageGeometry.chunkBytes)
        var size = max(usual, floor)
        var isShare = !system.isAddressSpaceLimited
        while size >= floor {
            if let base = system.reserve(size, alignment: PageGeometry.chunkBytes) {
                if !isShare {
                    isShare = true
                    system.cancel(base, size)
                    size = max(ByteCount(size.rawValue / 2), floor).roundedDown(to: PageGeometry.chunkBytes)
                    continue
                }
                if user.prepare(range: count, base: base, bytes: size) {
                    reservations[count] = Reservation(base: base, bytes: size)
                    count += 1
                    return true
                }
                system.cancel(base, size)
            }
            size = ByteCount(size.rawValue / 2).roundedDown(to: PageGeometry.chunkBytes)
        }
        return false
    }

    /// The process addresses of the first range.
    var first: (base: UInt, end: UInt) { (reservations[0].base, reservations[0].end) }

    /// Returns all ranges to the system.
    mutating func cancel(_ system: borrowing some OperatingSystem, for user: some RangeUser) {
        while count > 0 { _ = cancelLast(system, for: user) }
    }

    /// Unmaps the last range and returns its address space.
    ///
    /// - Returns: the bytes of the user's data for it.
    private mutating func cancelLast(_ system: borrowing some OperatingSystem, for user: some RangeUser) -> ByteCount {
        count -= 1
        let last = reservations[count]
        system.unmap(last.base, ByteCount(last.accessibleEnd &- last.base))
        system.cancel(last.base, last.size)
        return user.remove(range: count)
    }

    // MARK: Growing

    /// Grows the heap for a request that no free run can hold: after the memory added last, or in a new range if there
    /// is no room or another mapping is in the way.
    ///
    /// - Parameters:
    ///   - pages: number of pages that the request needs.
    ///   - heap: the heap that owns this address space.
    ///   - user: the layer above.
    /// - Returns: the bytes added; 0 if the system refuses, and then nothing has changed.
    mutating func grow<System>(toHold pages: PageCount, _ heap: Heap<System>, for user: some RangeUser) -> ByteCount {
        if let more = addWithheld(heap), more >= pages.bytes { return more }
        let bytes = pages.bytes.roundedUp(to: PageGeometry.chunkBytes)
        let last = count - 1
        // Without its withheld pages, the first range cannot grow on: they lie in between.
        let isComplete = last > 0 || reservations[0].accessibleEnd >= reservations[0].grownEnd
        if isComplete && grow(by: bytes, wanted: pages.bytes, in: last, heap, for: user) { return bytes }
        // A system that is short of memory has none elsewhere either, so a new range is tried only if this one is
        // blocked.
        guard isBlocked(last, for: bytes, heap.system, user),
            reserve(atLeast: bytes, heap.system, usual: heap.configuration.usualReservationBytes(count), for: user)
        else { return 0 }
        if grow(by: bytes, wanted: pages.bytes, in: last + 1, heap, for: user) { return bytes }
        // Nothing of the new range has reached the page allocator.
        let accessible = ByteCount(reservations[last + 1].accessibleEnd &- reservations[last + 1].base)
        heap.locked.pointee.ledger.system -= accessible
        heap.locked.pointee.ledger.released -= accessible
        heap.locked.pointee.userMetadata -= cancelLast(heap.system, for: user)
        return 0
    }

    /// Grows the heap after its last page, if everything from `address` up to there is free.
    ///
    /// - Parameters:
    ///   - address: a process address.
    ///   - end: the process address to reach.
    /// - Returns: the bytes added; 0 if the heap cannot grow so.
    mutating func grow<System>(
        from address: UInt, toReach end: UInt, _ heap: Heap<System>, for user: some RangeUser
    ) -> ByteCount {
        _ = addWithheld(heap)
        let last = reservations[count - 1]
        guard address > last.base, address <= last.grownEnd, end > last.grownEnd, end <= last.end else { return 0 }
        let free = ByteCount(last.grownEnd &- address).pagesRoundedUp
        guard free == 0 || heap.locked.pointee.pages.isFree(base: heap.offset(address), count: free) else { return 0 }
        return grow(toHold: ByteCount(end &- last.grownEnd).pagesRoundedUp, heap, for: user)
    }

    /// Adds the withheld pages of the first chunk.
    ///
    /// - Returns: the bytes added; nil if none are withheld or the system refuses.
    private mutating func addWithheld<System>(_ heap: Heap<System>) -> ByteCount? {
        let first = reservations[0]
        guard first.accessibleEnd < first.grownEnd else { return nil }
        let withheld = ByteCount(first.grownEnd &- first.accessibleEnd)
        guard heap.system.makeAccessible(first.accessibleEnd, withheld) else { return nil }
        reservations[0].accessibleEnd = first.grownEnd
        heap.locked.pointee.pages.addUntouched(
            base: heap.offset(first.accessibleEnd), count: withheld.pagesRoundedUp)
        heap.locked.pointee.ledger.system += withheld
        heap.locked.pointee.ledger.released += withheld
        settleHugePages(first.accessibleEnd, withheld, wanted: withheld, heap)
        return withheld
    }

    /// Whether a range has no room for the bytes, or another mapping is in the way of it or of the user's data for it.
    private func isBlocked(
        _ index: Int, for bytes: ByteCount, _ system: some OperatingSystem, _ user: some RangeUser
    ) -> Bool {
        let reservation = reservations[index]
        if bytes > ByteCount(reservation.end &- reservation.grownEnd) { return true }
        let end = reservation.grownEnd &+ bytes.rawValue
        if end > reservation.accessibleEnd
            && system.isOccupied(reservation.accessibleEnd, ByteCount(end &- reservation.accessibleEnd))
        {
            return true
        }
        return user.isBlocked(range: index, upTo: end)
    }

    /// Adds memory to the end of what a range has grown to.
    ///
    /// - Parameters:
    ///   - bytes: bytes to add, whole chunks.
    ///   - wanted: bytes of them that the request needs.
    ///   - index: the range.
    /// - Returns: false if there is no room or the system refuses.
    private mutating func grow<System>(
        by bytes: ByteCount, wanted: ByteCount, in index: Int, _ heap: Heap<System>, for user: some RangeUser
    ) -> Bool {
        let room = reservations[index]
        guard bytes.rawValue <= room.end &- room.grownEnd else { return false }
        let end = room.grownEnd &+ bytes.rawValue
        let firstBytes = heap.configuration.firstBytes
        let isPart = index == 0 && room.grownEnd == room.base && wanted <= firstBytes && bytes > firstBytes
        let accessible = isPart ? room.base &+ firstBytes.rawValue : end
        let (userBytes, isCovered) = user.cover(range: index, upTo: end)
        heap.locked.pointee.userMetadata += userBytes
        guard isCovered, makeAccessible(upTo: end, accessible: accessible, in: index, heap) else { return false }
        let range = AddressRange(base: heap.offset(room.grownEnd), limit: heap.offset(room.grownEnd) + bytes)
        guard heap.locked.pointee.pages.grow(range, using: heap.system) else { return false }
        if isPart {
            _ = heap.locked.pointee.pages.allocateRange(
                base: heap.offset(accessible), count: ByteCount(end &- accessible).pagesRoundedUp)
        }
        reservations[index].grownEnd = end
        user.noteGrown(range: index, to: end)
        return true
    }

    /// Makes a range's memory accessible up to `accessible`, as a rule mapping a step ahead.
    ///
    /// - Parameters:
    ///   - end: the process address up to which the range will have grown.
    ///   - accessible: the process address up to which memory is needed now, at most `end`.
    /// - Returns: false if the system refuses.
    private mutating func makeAccessible<System>(
        upTo end: UInt, accessible: UInt, in index: Int, _ heap: Heap<System>
    ) -> Bool {
        let reservation = reservations[index]
        if accessible <= reservation.accessibleEnd { return true }
        let needed = ByteCount(accessible &- reservation.accessibleEnd)
        let left = ByteCount(reservation.end &- reservation.accessibleEnd)
        let share = ByteCount((reservation.grownEnd &- reservation.base) / Tunables.accessibleStepShare)
        let step = min(share, Tunables.accessibleStepBytes).roundedUp(to: PageGeometry.chunkBytes)
        let ahead = accessible < end ? needed : min(max(needed, step), left)
        let taken: ByteCount
        if heap.system.makeAccessible(reservation.accessibleEnd, ahead) {
            taken = ahead
        } else if ahead != needed && heap.system.makeAccessible(reservation.accessibleEnd, needed) {
            taken = needed
        } else {
            return false
        }
        settleHugePages(reservation.accessibleEnd, taken, wanted: needed, heap)
        reservations[index].accessibleEnd &+= taken.rawValue
        heap.locked.pointee.ledger.system += taken
        heap.locked.pointee.ledger.released += taken
        return true
    }

    /// Sets whether freshly mapped memory may lie on huge pages. Asks for none for a request larger than a chunk, which
    /// may be touched only sparsely; but small steps follow the first one of their region, so that requests of
    /// different sizes by turns do not cut the heap into many mappings.
    ///
    /// - Parameters:
    ///   - address: process address of the fresh memory.
    ///   - step: its size in bytes.
    ///   - wanted: bytes of it that are needed at once.
    private mutating func settleHugePages<System>(
        _ address: UInt, _ step: ByteCount, wanted: ByteCount, _ heap: Heap<System>
    ) {
        guard let hugePages = heap.state.pointee.space.hugePages else { return }
        let use = heap.configuration.hugePages
        if use == .never {
            heap.system.forbidHugePages(address, step)
            return
        }
        var isAsked =
            use == .growth && wanted <= PageGeometry.chunkBytes
            && heap.locked.pointee.ledger.retained >= Tunables.hugePageHeapBytes
        let region = PageGeometry.chunkBytes * Tunables.hugePageRegionChunks
        let number = address / region.rawValue
        if step < region && number == hugePageRegion.number {
            isAsked = hugePageRegion.isAsked
        } else {
            hugePageRegion = ((address &+ step.rawValue) / region.rawValue, isAsked)
        }
        let isAllowed = isAsked && heap.system.allowHugePages(address, step)
        if isAllowed || heap.state.pointee.hugePagesComeUnasked {
            hugePages.open(AddressRange(base: heap.offset(address), limit: heap.offset(address) + step))
        }
    }
}

/// A range of reserved address space, and how far the heap has grown into it. Addresses are process addresses.
///
///     base ──── in the allocator ──── grownEnd ── accessible ── accessibleEnd ──── reserved ──── end
private struct Reservation {
    let base: UInt
    let end: UInt
    var grownEnd: UInt
    var accessibleEnd: UInt

    init(base: UInt, bytes: ByteCount) {
        self.base = base
        end = base &+ bytes.rawValue
        grownEnd = base
        accessibleEnd = base
    }

    var size: ByteCount { ByteCount(end &- base) }
}
