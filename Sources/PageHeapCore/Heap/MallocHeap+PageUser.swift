extension MallocHeap: PageUser {
    /// Drains the caches of threads that sleep. The pass lock is held.
    package func drainIdle() -> Bool {
        let mayDrainMore = drainCaches(regardless: false)
        let holdsBatches = releaseTransfers(regardless: false)
        let holdsSpares = central.releaseSpares(regardless: false)
        let holdsLarge = releaseLargeSpans(regardless: false)
        return holdsBatches || holdsSpares || holdsLarge || mayDrainMore
    }

    /// Drains the caches of other threads: of those that sleep, or of all that are not at work at the moment.
    ///
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
            // Threads that come and go wait for one cache at most.
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

    package func beginHolePass() { state.pointee.holePass = newHolePass() }

    package func releaseHoles(_ bytes: ByteCount) -> ByteCount {
        releaseHoles(bytes, &state.pointee.holePass, regardless: false)
    }

    package var isHolePassOver: Bool { state.pointee.holePass.next == 0 }

    package var mayFindMoreHoles: Bool {
        state.pointee.holePass.sawBusySpan || state.pointee.holePass.released > 0
    }

    private func newHolePass() -> HolePass {
        var pass = HolePass()
        // Where a physical page is larger than a page, a span may begin inside one: no holes then.
        if heap.physicalPage <= PageGeometry.pageBytes { pass.next = 1 }
        return pass
    }

    private func releaseHoles(_ bytes: ByteCount, _ pass: inout HolePass, regardless: Bool) -> ByteCount {
        let search = heap.search
        return central.releaseHoles(bytes, &pass, regardless: regardless) { ranges, count, refused in
            search.giveBack(
                ranges, count: count, unit: heap.physicalPage, using: state.pointee.heap.system, refused: refused)
        }
    }

    /// Releases everything that is free, the blocks in threads' caches and the holes in spans included, and returns how
    /// many bytes.
    package func releaseFreeMemory() -> ByteCount {
        heap.releaseFreeMemory {
            drainOwnCache()
            _ = drainCaches(regardless: true)
            _ = releaseTransfers(regardless: true)
            _ = central.releaseSpares(regardless: true)
            _ = releaseLargeSpans(regardless: true)
            var pass = newHolePass()
            var released: ByteCount = 0
            while pass.next != 0 {
                released += releaseHoles(Tunables.forcedPieceBytes, &pass, regardless: true)
                heap.letForksPass()
            }
            return released
        }
    }
}
