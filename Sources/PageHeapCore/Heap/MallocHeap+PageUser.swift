extension MallocHeap: PageUser {
    /// Drains the caches of threads that sleep. The pass lock is held.
    package func drainIdle() -> Bool {
        state.pointee.caches.lock.lock()
        let mayDrainMore = state.pointee.caches.drainIdle { drainWhole($0) }
        state.pointee.caches.lock.unlock()
        let holdsBatches = releaseTransfers(regardless: false)
        let holdsSpares = central.releaseSpares(regardless: false)
        let holdsLarge = releaseLargeSpans(regardless: false)
        return holdsBatches || holdsSpares || holdsLarge || mayDrainMore
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
        return central.releaseHoles(bytes, &pass, regardless: regardless) { ranges, count in
            search.giveBack(ranges, count: count, using: state.pointee.heap.system)
        }
    }

    /// Releases everything that is free, the blocks in threads' caches and the holes in spans included, and answers how
    /// many bytes.
    package func releaseFreeMemory() -> ByteCount {
        heap.releaseFreeMemory {
            state.pointee.caches.lock.lock()
            state.pointee.caches.drainAll { drainWhole($0) }
            state.pointee.caches.lock.unlock()
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
