import Synchronization

/// Finds free pages that still have physical memory, from the highest address down, and gives that memory back.
///
/// Allocation works from the lowest address up, so what is taken here is the least likely to be wanted next. A
/// *generation* (``startGeneration(atTop:using:)``) renews the search space once a cycle; a worker takes a *reservation*
/// of it, so that several can search without meeting, and hands back what it did not search.
///
/// Nobody waits long for a lock that the search holds: a locked section looks at one chunk, and brings the summaries above
/// it and above four others at most up to date; a reservation is one insertion into or removal from the search space. Only
/// the start of a generation copies something: the ranges of address space that the heap consists of, nearly always one.
///
/// A handle on two structures in memory that does not move; copies name the same search. The design is the Go
/// runtime's of 1.15, re-created from its behaviour.
package struct ScavengeSearch {
    let heap: UnsafeMutablePointer<LockedPages>
    package let space: UnsafeMutablePointer<SearchSpace>
    let machine: MachineFigures
    /// What an offset address lacks to be the process's address.
    let arenaBaseOffset: UInt
    /// How memory is to be given back; where the system does not know that, see ``giveBack(_:count:using:)``.
    let method: ReleaseMethod

    package init(
        heap: UnsafeMutablePointer<LockedPages>, space: UnsafeMutablePointer<SearchSpace>, machine: MachineFigures,
        arenaBaseOffset: UInt = 0, method: ReleaseMethod = .now
    ) {
        self.heap = heap
        self.space = space
        self.machine = machine
        self.arenaBaseOffset = arenaBaseOffset
        self.method = method
    }

    /// Begins a new search: of everything below the highest page freed since the last one if that lies in the part
    /// already searched, else of what lies below the lowest address scavenged, to go on from there.
    ///
    /// Takes the heap lock and the search lock.
    ///
    /// - Parameters:
    ///   - atTop: search everything, whatever the marks say.
    ///   - complete: brings a copy of the books up to date with what lies above the heap; called under both locks.
    /// - Returns: the generation that ended.
    @discardableResult
    package func startGeneration(
        atTop: Bool = false, using system: borrowing some OperatingSystem & ~Copyable,
        complete: (inout HeapBooks) -> Void = { _ in }
    ) -> EndedGeneration {
        heap.lock()
        space.pointee.lock.lock()
        var books = heap.pointee.books
        complete(&books)
        let ended = EndedGeneration(
            number: space.pointee.generation,
            worked: ByteCount(space.pointee.releasedInGeneration.exchange(0, ordering: .relaxed)), books: books)
        let lowest = space.pointee.lowWaterMark
        let highestFreed = heap.pointee.pages.freeHighWaterMark
        let start = atTop ? .maximum : lowest < highestFreed ? highestFreed : lowest
        // A refusal leaves the search space empty: this generation gives nothing, the next one tries again.
        let taken = space.pointee.ranges.copy(from: heap.pointee.pages.inUse, using: system)
        heap.pointee.pages.metadataBytes += taken ?? 0
        space.pointee.ranges.remove(notBelow: start)
        space.pointee.reservationBytes = ByteCount(
            heap.pointee.pages.inUse.totalBytes.roundedUp(to: PageGeometry.chunkBytes).rawValue
                / Tunables.reservationsPerGeneration)
        space.pointee.generation &+= 1
        space.pointee.lowWaterMark = .maximum
        heap.pointee.pages.freeHighWaterMark = .minimum
        space.pointee.lock.unlock()
        heap.unlock()
        return ended
    }

    /// Whether all of the search space has been searched: nothing is left in it, and nobody holds a reservation that
    /// may be handed back. Takes the search lock.
    package var isExhausted: Bool {
        space.pointee.lock.lock()
        defer { space.pointee.lock.unlock() }
        return space.pointee.searchers == 0
            && (space.pointee.ranges.count == 0 || space.pointee.reservationBytes == 0)
    }

    /// Takes the last part of the search space's last range, extended downwards to a chunk boundary.
    ///
    /// - Parameter isFirst: counts the thread among those that search.
    /// - Returns: the range, empty where nothing is left, and the generation that it belongs to.
    package func reserve(isFirst: Bool) -> (range: AddressRange, generation: UInt32) {
        space.pointee.lock.lock()
        defer { space.pointee.lock.unlock() }
        if isFirst { space.pointee.searchers += 1 }
        let generation = space.pointee.generation
        var range = space.pointee.ranges.removeLast(space.pointee.reservationBytes)
        if range.isEmpty { return (.empty, generation) }
        let base = ChunkIndex(containing: range.base).base
        space.pointee.ranges.remove(notBelow: base)
        range.base = base
        return (range, generation)
    }

    /// Puts back what was not searched, unless a new generation has begun, and counts the thread no more among those that
    /// search. Where the system refuses room for one range more, it is left to the next generation.
    package func handBack(
        _ range: AddressRange, generation: UInt32, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        if !range.isEmpty && !range.base.isAligned(to: PageGeometry.chunkBytes) {
            fatal("a range to search does not begin with a chunk:", range.base.rawValue)
        }
        space.pointee.lock.lock()
        if !range.isEmpty, generation == space.pointee.generation,
            space.pointee.ranges.reserveOneMore(using: system) != nil
        {
            space.pointee.ranges.add(range)
        }
        space.pointee.searchers -= 1
        space.pointee.lock.unlock()
    }

    /// Releases memory until so many bytes are given back or the search space is exhausted.
    ///
    /// No lock is held during system calls, except the pass lock of a caller that has one.
    ///
    /// - Parameters:
    ///   - bytes: what is wanted.
    ///   - cause: where the books enter it.
    ///   - chunkLimit: stop when so many chunks have been looked at, for callers that must not be kept; at least 1.
    /// - Returns: the bytes released; fewer than asked only when nothing is left for now, when others hold the rest, or
    ///   when the limit is reached.
    package func scavenge(
        _ bytes: ByteCount, _ cause: ReleaseCause, chunkLimit: UInt = .max,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        if bytes == 0 { return 0 }
        var released: ByteCount = 0
        var chunksLeft = chunkLimit
        var (work, generation) = reserve(isFirst: true)
        while !work.isEmpty {
            released += scavengeBatch(of: &work, bytes - released, cause, chunksLeft: &chunksLeft, using: system)
            if released >= bytes || chunksLeft == 0 { break }
            if work.isEmpty { (work, generation) = reserve(isFirst: false) }
        }
        handBack(work, generation: generation, using: system)
        return released
    }
}
