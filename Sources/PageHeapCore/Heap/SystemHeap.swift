import CPageHeap

/// A page heap on the real operating system, for use outside the core. It is concrete, because a generic heap stays
/// unspecialised when used from another module.
///
/// A handle; copies refer to the same heap. The heap ends once ``abandon()`` was called and its last pages are freed:
/// then the worker is stopped, and all address space is returned.
package struct SystemHeap: Equatable, Sendable {
    private nonisolated(unsafe) let heap: Heap<HostOperatingSystem>

    private typealias State = HeapState<HostOperatingSystem>
    private static func stateBytes(_ system: HostOperatingSystem) -> ByteCount {
        ByteCount(UInt(MemoryLayout<State>.size)).roundedUp(to: system.physicalPageBytes)
    }

    /// Creates a heap; nil if the system refuses address space.
    ///
    /// - Parameters:
    ///   - configuration: the heap's options.
    ///   - scavenger: serves the heap in place of a worker of its own; ignored if the configuration runs no worker.
    package init?(_ configuration: HeapConfiguration, scavenger: SystemScavenger? = nil) {
        let system = HostOperatingSystem()
        var configuration = configuration
        // The heap's ticks, and what it keeps on top, follow the pacer that it really has.
        if let scavenger, configuration.runsWorker { configuration.pacer = scavenger.worker.pacer }
        // There may be many heaps, and each takes from the others' space what it reserves.
        if !system.reservingIsFree { configuration.firstReservationBytes = Tunables.mappedReservationBytes }
        let bytes = Self.stateBytes(system)
        guard let memory = system.mapMetadata(bytes) else { return nil }
        guard
            let heap = Heap.start(
                in: memory.bindMemory(to: State.self, capacity: 1), system: system, configuration: configuration)
        else {
            system.unmapWholeMetadata(memory, bytes)
            return nil
        }
        self.heap = heap
        if let scavenger, configuration.runsWorker { scavenger.worker.attach(heap) }
    }

    /// The limit because of which the system has just refused a heap, if there is one.
    package static var metLimit: ProcessLimit? {
        // What the smallest heap takes at its beginning, if what it reserves is taken from the system.
        .met(by: PageGeometry.chunkBytes + Tunables.heapArenaBytes + stateBytes(HostOperatingSystem()))
    }

    package static func == (left: SystemHeap, right: SystemHeap) -> Bool { left.heap.state == right.heap.state }

    /// Drops the owner's reference; afterwards only holders of pages may use the heap.
    package func abandon() {
        if heap.abandon() { takeDown() }
    }

    private func takeDown() {
        let scavenger = heap.sharesWorker ? SystemScavenger(heap.worker) : nil
        heap.leaveWorker()
        heap.shutDown()
        system.unmapWholeMetadata(heap.state, Self.stateBytes(system))
        scavenger?.dropReference()
    }

    /// Allocates a run of pages.
    ///
    /// - Parameters:
    ///   - count: number of pages, at least 1.
    ///   - alignment: alignment of the first page, in pages; a power of two.
    /// - Returns: the address, and whether the pages are known to read as zero; nil if there is no memory.
    package func allocate(_ count: PageCount, alignment: PageCount) -> (address: UInt, isZeroed: Bool)? {
        let pages = heap.allocatePages(
            count, alignment: alignment, shard: PageCaches.number(Int(truncatingIfNeeded: count.rawValue), .first),
            for: NoRangeUser())
        startWorkerIfWanted()
        guard let pages else { return nil }
        return (pages.address, pages.scavenged == count.bytes && heap.releasedReadsZero)
    }

    /// Frees a run of pages.
    ///
    /// - Parameters:
    ///   - address: the first page.
    ///   - count: number of pages.
    ///   - isDiscarded: whether the contents were discarded and the pages not written to since.
    /// - Returns: false if the pages are not in use; then nothing has changed.
    package func free(_ address: UInt, _ count: PageCount, isDiscarded: Bool = false) -> Bool {
        switch heap.freeRun(address, count, isDiscarded: isDiscarded, startWorker: { startWorkerIfWanted() }) {
        case .refused: return false
        case .freed: return true
        case .freedLast:
            takeDown()
            return true
        }
    }

    /// Whether pages may be passed to ``free(_:_:isDiscarded:)``.
    package func areInUse(_ address: UInt, _ count: PageCount) -> Bool { heap.areInUse(address, count) }

    /// Grows a run in place.
    ///
    /// - Parameters:
    ///   - address: the end of a run in use.
    ///   - count: number of pages to add, at least 1.
    /// - Returns: whether the added pages are known to read as zero; nil if the run cannot grow.
    package func growInPlace(at address: UInt, by count: PageCount) -> Bool? {
        let scavenged = heap.growInPlace(at: address, by: count, for: NoRangeUser())
        startWorkerIfWanted()
        return scavenged.map { $0 == count.bytes && heap.releasedReadsZero }
    }

    /// Releases the memory of pages in use; see ``Heap/discard(_:_:)``.
    ///
    /// - Returns: 0, or the system's positive error number.
    package func discard(_ address: UInt, _ count: PageCount) -> Int32 { heap.discard(address, count) }

    /// Records that discarded pages are about to be written to.
    package func noteTouched(discarded address: UInt, _ count: PageCount) {
        heap.noteTouched(discarded: address, count)
        startWorkerIfWanted()
    }

    /// The part of some pages that discarding releases.
    package func wholePhysicalPages(_ address: UInt, _ count: PageCount) -> MemoryRange {
        heap.wholePhysicalPages(address, count)
    }

    /// Whether a physical page is no larger than a page, so that discarded pages can be tracked one by one.
    package var hasSmallPhysicalPages: Bool { heap.physicalPage <= PageGeometry.pageBytes }

    /// Whether discarded pages read as zero.
    package var discardedReadsZero: Bool { heap.discardedReadsZero }

    /// Releases free memory at once.
    ///
    /// - Parameter limit: the most bytes wanted.
    /// - Returns: the bytes of physical memory that the system got back.
    package func releaseFreeMemory(upTo limit: ByteCount = .maximum) -> ByteCount {
        heap.releaseFreeMemory(upTo: limit) { 0 }.returned
    }

    /// Ends a cycle of a heap that its owner paces; see ``Heap/endCycle(heapGoal:)``.
    ///
    /// - Returns: false, without any effect, if the heap ends its cycles itself.
    package func endCycle(heapGoal: ByteCount) -> Bool {
        let isOwners = heap.endCycle(heapGoal: heapGoal)
        startWorkerIfWanted()
        return isOwners
    }

    /// The memory limit in bytes; nil if there is none.
    package var memoryLimit: ByteCount? { heap.memoryLimit }

    /// Sets or removes the memory limit.
    ///
    /// - Parameter limit: bytes; nil for no limit.
    package func setMemoryLimit(_ limit: ByteCount?) {
        heap.setMemoryLimit(limit)
        startWorkerIfWanted()
    }

    /// The hard limit in bytes; nil if there is none.
    package var hardLimit: ByteCount? { heap.hardLimit }

    /// Sets or removes the hard limit.
    ///
    /// - Parameter limit: bytes; nil for no limit.
    package func setHardLimit(_ limit: ByteCount?) {
        heap.setHardLimit(limit)
        startWorkerIfWanted()
    }

    /// The number of processors that the process may use, fractional if it has a quota.
    package static var processors: Double { HostOperatingSystem().processors }

    /// One consistent snapshot of the statistics.
    package func figures() -> HeapStatistics { heap.figures() }

    /// The physical memory of the heap's pages, as the system says; nil if it does not.
    package func residentBytes() -> ByteCount? { heap.residentBytes() }

    /// The oldest kept trace record that a reader has not seen; see ``Heap/traceRecord(from:)``.
    package func traceRecord(from next: UInt64) -> (number: UInt64, record: TraceRecord)? {
        heap.traceRecord(from: next)
    }

    /// Registers a trace reader. Returns the number of records written so far, which is where the reader begins.
    package func addTraceReader() -> UInt64 { heap.addTraceReader() }

    /// Unregisters a trace reader.
    package func removeTraceReader() { heap.removeTraceReader() }

    /// Checked builds and tests: see ``Heap/checkInvariants(releasedInSpans:)``.
    package func checkInvariants() { heap.checkInvariants() }

    @inline(__always)
    private func startWorkerIfWanted() { if heap.needsCallers { serveScavenger() } }

    /// Does what the scavenger needs of a call by the heap's owner: release, starting the worker, reading the
    /// surroundings.
    @inline(never)
    private func serveScavenger() {
        heap.beginService()
        heap.releaseInCallerIfWanted(for: NoPageUser())
        if heap.wantsWorker { startWorker() }
        heap.readSurroundingsIfWanted()
        heap.endService()
    }

    private var system: HostOperatingSystem { HostOperatingSystem() }

    private func startWorker() {
        if !heap.mayStartWorker { return }
        system.readMachine()
        heap.readSurroundings()
        heap.startWorkerIfWanted {
            WorkerThread.start({ Worker<HostOperatingSystem>.runAlone($0) }, UnsafeMutableRawPointer(heap.worker.state))
        }
    }
}

extension Worker where System == HostOperatingSystem {
    /// The body of the thread of a worker whose heaps have no layer above them.
    fileprivate static func runAlone(_ state: UnsafeMutableRawPointer) {
        Worker(state.assumingMemoryBound(to: WorkerState<HostOperatingSystem>.self)).run(for: NoPageUser())
    }
}
