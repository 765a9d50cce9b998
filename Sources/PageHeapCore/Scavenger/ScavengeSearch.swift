import Synchronization

/// Finds free pages that still have physical memory, from the highest address down, and gives that memory back.
///
/// Allocation works from the lowest address up, so what is taken here is the least likely to be wanted next. A
/// *generation* (``startGeneration(atTop:using:)``) renews the search space once a cycle; a worker takes a *reservation*
/// of it, so that several can search without meeting, and hands back what it did not search.
///
/// A handle on two structures in memory that does not move; copies name the same search. The design is the Go
/// runtime's of 1.15, re-created from its behaviour.
package struct ScavengeSearch {
    let heap: UnsafeMutablePointer<LockedPages>
    package let space: UnsafeMutablePointer<SearchSpace>
    let machine: MachineFigures
    /// What an offset address lacks to be the process's address.
    let arenaBaseOffset: UInt
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
    /// - Parameter atTop: search everything, whatever the marks say.
    /// - Returns: what is to be told of the generation that this one follows.
    @discardableResult
    package func startGeneration(
        atTop: Bool = false, using system: borrowing some OperatingSystem & ~Copyable
    ) -> EndedGeneration {
        heap.pointee.lock.lock()
        space.pointee.lock.lock()
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
        let ended = EndedGeneration(
            number: space.pointee.generation,
            released: ByteCount(space.pointee.releasedInGeneration.exchange(0, ordering: .relaxed)))
        space.pointee.generation &+= 1
        space.pointee.lowWaterMark = .maximum
        heap.pointee.pages.freeHighWaterMark = .minimum
        space.pointee.lock.unlock()
        heap.pointee.lock.unlock()
        return ended
    }

    /// Takes the last part of the search space's last range, extended downwards to a chunk boundary.
    ///
    /// - Returns: the range, empty where nothing is left, and the generation that it belongs to.
    func reserve() -> (range: AddressRange, generation: UInt32) {
        space.pointee.lock.lock()
        defer { space.pointee.lock.unlock() }
        let generation = space.pointee.generation
        var range = space.pointee.ranges.removeLast(space.pointee.reservationBytes)
        if range.isEmpty { return (.empty, generation) }
        let base = ChunkIndex(containing: range.base).base
        space.pointee.ranges.remove(notBelow: base)
        range.base = base
        return (range, generation)
    }

    /// Puts back what was not searched, unless a new generation has begun. Where the system refuses room for one range
    /// more, it is left to the next generation.
    func handBack(
        _ range: AddressRange, generation: UInt32, using system: borrowing some OperatingSystem & ~Copyable
    ) {
        if range.isEmpty { return }
        if !range.base.isAligned(to: PageGeometry.chunkBytes) {
            fatal("a range to search does not begin with a chunk:", range.base.rawValue)
        }
        space.pointee.lock.lock()
        if generation == space.pointee.generation, space.pointee.ranges.reserveOneMore(using: system) != nil {
            space.pointee.ranges.add(range)
        }
        space.pointee.lock.unlock()
    }

    /// Releases memory until so many bytes are given back or the search space is exhausted.
    ///
    /// No lock is held during system calls, except the pass lock of a caller that has one.
    ///
    /// - Returns: the bytes released; fewer than asked only when nothing is left for now.
    package func scavenge(
        _ bytes: ByteCount, _ cause: ReleaseCause, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        var released: ByteCount = 0
        var work = AddressRange.empty
        var generation: UInt32 = 0
        while released < bytes {
            if work.isEmpty {
                (work, generation) = reserve()
                if work.isEmpty { break }
            }
            released += scavengeBatch(of: &work, bytes - released, cause, using: system)
        }
        handBack(work, generation: generation, using: system)
        return released
    }
}
