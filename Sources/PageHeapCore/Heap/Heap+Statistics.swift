import CPageHeap
import CPageHeapInterface
import Synchronization

extension Heap {
    // MARK: Critical sections

    /// Runs `body` under the heap lock, then updates the peak of demand and publishes the statistics: the way to change
    /// the ledger. An unpublished change would silently lower the goal.
    @inline(__always)
    func withLockedPages<Result>(_ body: () -> Result) -> Result {
        locked.lock()
        defer { locked.unlock() }
        let result = body()
        publish()
        return result
    }

    /// Publishes the statistics after memory was released, the histograms of lock holds among them. Takes the heap
    /// lock.
    func publishUnderLock() { withLockedPages { publishHolds() } }

    /// Runs `body` under the heap lock. `body` does not raise demand; checked builds make sure.
    @inline(__always)
    func withHeapLock<Result>(_ body: () -> Result) -> Result {
        locked.lock()
        defer { locked.unlock() }
        #if PAGEHEAP_CHECKED
            let demand = locked.pointee.ledger.demand
            defer { invariant(locked.pointee.ledger.demand <= demand, "a change of the ledger was not published") }
        #endif
        return body()
    }

    // MARK: The ledger

    /// The ledger, with page-cache hits that have not been carried over yet. The caller holds the heap lock.
    func currentLedger() -> HeapLedger {
        locked.pointee.lock.assertHeld()
        var ledger = locked.pointee.ledger
        addCacheNotes(to: &ledger)
        return ledger
    }

    /// Adds page-cache hits that have not been carried over yet to a copy of the ledger. The caller holds the heap
    /// lock.
    func addCacheNotes(to ledger: inout HeapLedger) {
        locked.pointee.lock.assertHeld()
        pageCaches.addNotes(to: &ledger)
    }

    /// One consistent snapshot of the statistics. Takes the page caches' locks and the heap lock.
    package func figures() -> HeapStatistics {
        pageCaches.lockAll()
        defer { pageCaches.unlockAll() }
        return withHeapLock {
            let ledger = currentLedger()
            var values = pageheap_statistics()
            write(ledger, to: &values, at: system.monotonicNanoseconds())
            writeHolds(to: &values)
            return HeapStatistics(ledger, values)
        }
    }

    /// Writes all figures but the histograms: the one place where they are made. The caller holds the heap lock.
    ///
    /// - Parameter now: the monotonic time in nanoseconds; some milliseconds late will do.
    private func write(_ ledger: HeapLedger, to values: inout pageheap_statistics, at now: Int64) {
        ledger.write(to: &values)
        values.size = UInt64(MemoryLayout<pageheap_statistics>.size)
        values.metadata_bytes = UInt64(metadataBytes.rawValue)
        values.live_bytes = UInt64(LiveBytes.total(liveBytes).rawValue)
        values.goal_bytes = UInt64(goal.rawValue)
        values.memory_limit_bytes = UInt64(state.pointee.goals.memoryLimit.rawValue)
        values.limit_goal_bytes = UInt64(state.pointee.goals.mapped.rawValue)
        values.reused_within_1_second_bytes_total = UInt64(reuse.pointee.within1.load(ordering: .relaxed))
        values.reused_within_10_seconds_bytes_total = UInt64(reuse.pointee.within10.load(ordering: .relaxed))
        values.reused_within_60_seconds_bytes_total = UInt64(reuse.pointee.within60.load(ordering: .relaxed))
        values.generations_total = UInt64(state.pointee.space.generation)
        values.controller_resets_total = state.pointee.member.figures.resets
        values.worker_wake_ups_total = state.pointee.member.figures.wakeUps
        values.worker_starts_total = worker.starts.pointee.count
        values.worker_start_failures_total = worker.starts.pointee.failures
        values.worker_cpu_nanoseconds_total = state.pointee.member.figures.processorNanoseconds
        values.assist_cpu_nanoseconds_total = state.pointee.times.assistNanoseconds
        values.forced_cpu_nanoseconds_total = state.pointee.times.forcedNanoseconds
        values.worker_recent_cpu_nanoseconds = state.pointee.member.figures.recentNanoseconds(at: now)
        values.age_nanoseconds = UInt64(max(0, now &- locked.pointee.beganAt))
        values.caller_release = UInt64(callerRelease.rawValue)
        values.hard_limit_bytes = UInt64(state.pointee.goals.hardLimit.rawValue)
        values.pressure_findings_total = state.pointee.member.pressure.count
        values.memory_limit_origin = UInt64(memoryLimitOrigin.rawValue)
    }

    /// Writes the histograms of lock holds. The caller holds the heap lock.
    private func writeHolds(to values: inout pageheap_statistics) {
        withUnsafeMutableBytes(of: &values.lock_holds_total) { locked.pointee.holds.ordinary.copy(to: $0) }
        withUnsafeMutableBytes(of: &values.forced_lock_holds_total) { locked.pointee.holds.forced.copy(to: $0) }
    }

    /// Asks the system how much physical memory the heap has, without its metadata. Takes the heap lock for moments;
    /// the caller holds no lock.
    ///
    /// - Returns: nil if the system does not say.
    package func residentBytes() -> ByteCount? {
        var bytes: ByteCount = 0
        var index = 0
        while let range = withHeapLock({ state.pointee.addressSpace.accessible(index) }) {
            index += 1
            if range.bytes == 0 { continue }
            guard system.saysWhatIsResident(at: range.address, physicalPage: physicalPage) else {
                return nil
            }
            bytes += system.residentBytes(of: range, physicalPage: physicalPage)
        }
        return bytes
    }

    /// A range of accessible memory; nil if there are fewer of them. Takes the heap lock.
    package func accessibleRange(_ number: Int) -> MemoryRange? {
        withHeapLock { state.pointee.addressSpace.accessible(number) }
    }

    /// Calls `body` under the heap lock with the bitmaps of the chunk that holds an address; with nil if the heap has not grown
    /// there.
    package func withPages(ofChunkAt address: UInt, _ body: (ChunkPages?) -> Void) {
        withHeapLock {
            let isGrown = locked.pointee.pages.inUse.contains(offset(address))
            body(isGrown ? locked.pointee.pages.chunks[ChunkIndex(containing: offset(address))] : nil)
        }
    }

    /// The index, in its chunk, of the page that holds an address.
    package func pageIndex(_ address: UInt) -> PageIndex { offset(address).pageIndex }

    /// Bytes of metadata, that of the layer above included. The caller holds the heap lock.
    var metadataBytes: ByteCount {
        locked.pointee.lock.assertHeld()
        return locked.pointee.pages.metadataBytes + locked.pointee.pages.arena.committedBytes
            + locked.pointee.userMetadata
    }

    /// Counts metadata that the layer above made accessible. Takes the heap lock.
    func noteMetadata(_ bytes: ByteCount) {
        withLockedPages { locked.pointee.userMetadata += bytes }
    }

    /// Updates the peak of demand, and writes the statistics to the shared page. The caller holds the heap lock.
    fileprivate func publish() {
        // Between a fork and its handlers the page may belong to another process.
        if LockPassage.isOpen { return }
        let ledger = currentLedger()
        if ledger.demand > ledger.peakDemand {
            locked.pointee.ledger.peakDemand = ledger.demand
            if ledger.demand > ledger.riseMark {
                // Once per cycle. The coarse clock costs a few loads.
                locked.pointee.ledger.riseMark = .maximum
                locked.pointee.ledger.risenAt = system.coarseNanoseconds()
            }
        }
        if let page = state.pointee.page { publish(ledger, in: page) }
    }

    /// Writes all figures but the histograms to the shared page. The caller holds the heap lock.
    ///
    /// Apart, because its structure would enlarge the stack frame of each locked section; and with the coarse clock,
    /// because it runs in each of them.
    @inline(never)
    private func publish(_ ledger: HeapLedger, in page: UnsafeMutablePointer<pageheap_statistics_page>) {
        var values = pageheap_statistics()
        write(ledger, to: &values, at: system.coarseNanoseconds())
        pageheap_statistics_page_write(page, &values)
    }

    /// Publishes the histograms of lock holds too, which only the worker's looks and releases on request do. The caller
    /// holds the heap lock.
    @inline(never)
    private func publishHolds() {
        guard let page = state.pointee.page, !LockPassage.isOpen else { return }
        var values = pageheap_statistics()
        writeHolds(to: &values)
        pageheap_statistics_page_write_holds(page, &values)
    }

    /// Sets the statistics page, which other processes can read, and publishes to it. Takes the heap lock.
    ///
    /// - Parameter page: the page, or nil to stop publishing.
    package func publish(in page: UnsafeMutablePointer<pageheap_statistics_page>?) {
        withLockedPages { state.pointee.page = page }
    }
}
