extension MallocHeap: PageUser {
    /// Returns idle memory above the page heap to it: thread caches, transfer caches, spare spans and large blocks that
    /// were not needed since the last call. The caller holds the pass lock.
    package func drainIdle() -> Bool {
        let mayDrainMore = drainCaches(regardless: false)
        let holdsTransfers = releaseTransfers(regardless: false)
        let holdsSpares = central.releaseSpares(regardless: false)
        let holdsLarge = releaseLargeBlockCaches(regardless: false)
        return holdsTransfers || holdsSpares || holdsLarge || mayDrainMore
    }

    package func drainAll() {
        _ = drainCaches(regardless: true)
        _ = releaseTransfers(regardless: true)
        _ = central.releaseSpares(regardless: true)
        _ = releaseLargeBlockCaches(regardless: true)
    }

    /// Drains the caches of other threads. Takes the registry lock.
    ///
    /// - Parameter regardless: whether to drain all caches not in use at the moment, or only those of threads that
    ///   sleep.
    /// - Returns: whether a later call may drain more.
    func drainCaches(regardless: Bool) -> Bool {
        state.pointee.caches.lock.lock()
        var mayDrainMore = state.pointee.caches.setAside(regardless: regardless) { cache in
            drainCopied(cache)
            state.pointee.caches.remove(cache)
        }
        state.pointee.caches.passBarrier()
        while let (cache, isFree) = state.pointee.caches.nextAside() {
            if isFree { drainWhole(cache) } else { mayDrainMore = true }
            state.pointee.caches.takeBack(cache)
            // Dropped between caches, so that a thread that starts or exits waits for one drain at most.
            state.pointee.caches.lock.unlock()
            state.pointee.caches.lock.lock()
        }
        state.pointee.caches.lock.unlock()
        return mayDrainMore
    }

    /// Drains the calling thread's own cache.
    func drainOwnCache() {
        let slot = ThreadSlot.current
        let cache = slot.enter()
        if !cache.isEmptyCache { drainWhole(cache) }
        slot.leave()
    }

    package func passEnded() { spans.stopIfWrong() }

    package func beginHolePass() { state.pointee.holePass = newHolePass() }

    package func releaseHoles(_ bytes: ByteCount) -> ByteCount {
        releaseHoles(bytes, &state.pointee.holePass, regardless: false)
    }

    /// Tests: the number of spans that the last pass over holes visited.
    package var holeVisits: Int { state.pointee.holePass.visited }

    package var isHolePassOver: Bool { state.pointee.holePass.isOver }

    package var mayFindMoreHoles: Bool {
        state.pointee.holePass.sawBusySpan || state.pointee.holePass.released > 0
    }

    private func newHolePass() -> HolePass {
        // If a physical page is larger than a page, a span may begin inside one: no holes then.
        heap.physicalPage <= PageGeometry.pageBytes ? .beginning : HolePass()
    }

    private func releaseHoles(_ bytes: ByteCount, _ pass: inout HolePass, regardless: Bool) -> ByteCount {
        let search = heap.search
        var window = ResidentWindow()
        return central.releaseHoles(bytes, &pass, regardless: regardless) { ranges, count, refused in
            let resident = window.residentBytes(
                of: ranges, count: count, physicalPage: heap.physicalPage, using: heap.system)
            return search.giveBack(
                ranges, count: count, resident: resident, unit: heap.physicalPage, using: heap.system,
                refused: refused)
        }
    }

    /// Releases everything that is free, including blocks in thread caches and holes in spans. The caller holds no
    /// lock.
    ///
    /// - Parameter shouldStop: whether to leave it at what was released so far.
    /// - Returns: what was released, holes included.
    package func releaseFreeMemory(until shouldStop: () -> Bool = { false }) -> ForcedRelease {
        var returnedOfHoles: ByteCount = 0
        var all = heap.releaseFreeMemory(
            drain: {
                drainOwnCache()
                drainAll()
                var pass = newHolePass()
                var released: ByteCount = 0
                while !pass.isOver && !shouldStop() {
                    released += releaseHoles(Tunables.forcedPieceBytes, &pass, regardless: true)
                    heap.state.pointee.pass.letForksPass()
                }
                returnedOfHoles = pass.returned
                return released
            }, until: shouldStop)
        spans.stopIfWrong()
        all.returned += returnedOfHoles
        return all
    }
}
