import Synchronization

/// Finds free pages that still have physical memory, from the highest address down, and releases that memory.
///
/// Allocation works from the lowest address up, so the pages released here are the least likely to be wanted next.
///
/// **Generations.** ``startGeneration(atTop:using:complete:)`` renews the search space once per cycle. Two marks save
/// repeated work: the lowest address scavenged and the highest page freed in the ended generation. If something was
/// freed in the part already searched, the new search begins there; otherwise it goes on below the lowest address
/// scavenged.
///
/// **Reservations.** A thread takes a part of the search space, a 64th of the heap, searches it from the top, and hands
/// back what it did not search. So several threads can search without meeting.
///
/// **Candidates.** Within a reservation, chunks are first examined without a lock: the summary, then the bitmaps. What
/// is seen may be out of date, so a chunk with a candidate is examined again under the heap lock.
///
/// **Release.** Under the heap lock, the topmost runs of the chunk are marked as in use, so that no allocation can get
/// them (``ReleaseBatch``). The system is called without the lock. Then, under the lock again, the runs become free and
/// scavenged. Runs that the system refused stay retained.
///
/// Consequences:
///
/// - An allocation never waits for a system call of another thread's search, only for a locked section that examines
///   one chunk and updates the summaries above it and above at most four others. A reservation is one insertion into or
///   removal from the search space. Only the start of a generation copies something: the list of the heap's address
///   ranges, nearly always one.
/// - While a batch is released, allocations cannot have its pages. A batch comes from one chunk, and is about as large
///   as what was asked for.
/// - Fragments are released as well as long runs, down to an aligned physical page. A free huge page is released as a
///   whole.
///
/// A handle on two structures in memory that does not move; copies name the same search. The design is that of the Go
/// runtime 1.15, re-created from its behaviour.
package struct ScavengeSearch {
    let heap: UnsafeMutablePointer<LockedPages>
    package let space: UnsafeMutablePointer<SearchSpace>
    let machine: MachineFigures
    /// Added to an offset address to get the process's address.
    let arenaBaseOffset: UInt
    /// How to release memory. If the system does not know the method, see
    /// ``giveBack(_:count:resident:unit:using:refused:)``.
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

    /// Begins a new generation. The search covers everything below the highest page freed in the last generation if
    /// that page lies in the part already searched; otherwise what lies below the lowest address scavenged.
    ///
    /// Takes the heap lock and the search lock.
    ///
    /// - Parameters:
    ///   - atTop: whether to search everything, regardless of the marks.
    ///   - complete: adds to a copy of the ledger what layers above the heap know; called under both locks.
    /// - Returns: the generation that ended.
    @discardableResult
    package func startGeneration(
        atTop: Bool = false, using system: borrowing some OperatingSystem & ~Copyable,
        complete: (inout HeapLedger) -> Void = { _ in }
    ) -> EndedGeneration {
        heap.lock()
        space.pointee.lock.lock()
        var ledger = heap.pointee.ledger
        complete(&ledger)
        let ended = EndedGeneration(
            number: space.pointee.generation,
            worked: ByteCount(space.pointee.releasedInGeneration.exchange(0, ordering: .relaxed)), ledger: ledger)
        let lowest = space.pointee.lowWaterMark
        let highestFreed = heap.pointee.pages.freeHighWaterMark
        let start = atTop ? .maximum : lowest < highestFreed ? highestFreed : lowest
        // If the system refuses memory, the search space is empty: this generation releases nothing, and the next one
        // tries again.
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

    /// Whether all of the search space has been searched: nothing is left in it, and no thread holds a reservation that
    /// it may hand back. Takes the search lock.
    package var isExhausted: Bool {
        space.pointee.lock.lock()
        defer { space.pointee.lock.unlock() }
        return space.pointee.searchers == 0
            && (space.pointee.ranges.count == 0 || space.pointee.reservationBytes == 0)
    }

    /// Takes the last part of the search space's last range, extended downwards to a chunk boundary. Takes the search
    /// lock.
    ///
    /// - Parameter isFirst: whether to count the calling thread as a searcher; true for its first reservation.
    /// - Returns: the range, empty if nothing is left, and the generation that it belongs to.
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

    /// Returns what was not searched to the search space, unless a new generation has begun, and stops counting the
    /// thread as a searcher. If the system refuses room for another range, the range is left to the next generation.
    /// Takes the search lock.
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

    /// Releases memory until `bytes` are released or the search space is exhausted.
    ///
    /// No lock is held during system calls, except the pass lock if the caller has it.
    ///
    /// - Parameters:
    ///   - bytes: the bytes wanted.
    ///   - cause: the account in the ledger.
    ///   - chunkLimit: the number of chunks to examine, for callers with a latency bound; at least 1.
    /// - Returns: the bytes released. Fewer than asked only if nothing is left for now, if other threads hold the rest,
    ///   or if the limit is reached.
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

/// The record of a generation that has ended, taken in the locked section that began the next one.
package struct EndedGeneration: Sendable {
    /// The number of the generation; 0 if there was none before.
    package var number: UInt32
    /// Bytes that the background worker released in the generation.
    package var worked: ByteCount
    /// The heap's ledger at the end of the generation.
    package var ledger: HeapLedger
}
