import CPageHeap

/// A heap of pages on the real operating system: what everyone outside the core uses. Concrete, because a generic
/// heap used from another module stays unspecialised.
///
/// A handle; copies name the same heap. It ends when ``abandon()`` was called and its last pages have been freed: the
/// worker is stopped, and all address space is given back.
package struct SystemHeap: Equatable, Sendable {
    private nonisolated(unsafe) let heap: Heap<HostOperatingSystem>

    private typealias State = HeapState<HostOperatingSystem>
    private typealias Shared = SharedHeap<HostOperatingSystem>

    /// Behind the state lies what a shared scavenger keeps of the heap.
    private static var sharedOffset: ByteCount {
        ByteCount(UInt(MemoryLayout<State>.size)).roundedUp(to: ByteCount(UInt(MemoryLayout<Shared>.alignment)))
    }

    private static var stateBytes: ByteCount { sharedOffset + ByteCount(UInt(MemoryLayout<Shared>.size)) }

    /// A heap, or nothing if the system refuses address space.
    ///
    /// - Parameter scavenger: looks after it, instead of a worker of its own; not where there is to be none.
    package init?(_ configuration: HeapConfiguration, scavenger: SystemScavenger? = nil) {
        let system = HostOperatingSystem()
        let bytes = Self.stateBytes.roundedUp(to: system.physicalPageBytes)
        guard let memory = system.mapMetadata(bytes) else { return nil }
        guard
            let heap = Heap.start(
                in: memory.bindMemory(to: State.self, capacity: 1), system: system, configuration: configuration)
        else {
            system.unmapWholeMetadata(memory, bytes)
            return nil
        }
        self.heap = heap
        if let scavenger, configuration.runsWorker { scavenger.scavenger.attach(heap, as: member) }
    }

    /// What a shared scavenger keeps of the heap; not there where the heap has a worker of its own.
    private var member: UnsafeMutablePointer<SharedHeap<HostOperatingSystem>> {
        (UnsafeMutableRawPointer(heap.state) + Int(Self.sharedOffset.rawValue)).assumingMemoryBound(to: Shared.self)
    }

    /// The scavenger that looks after it, where that is a shared one.
    private var scavenger: SystemScavenger? {
        heap.sharesWorker ? SystemScavenger(member.pointee.scavenger) : nil
    }

    package static func == (left: SystemHeap, right: SystemHeap) -> Bool { left.heap.state == right.heap.state }

    /// Gives the heap up: the caller uses it no more, nor does anybody else but those who have pages in use.
    package func abandon() {
        if heap.abandon() { takeDown() }
    }

    private func takeDown() {
        let scavenger = scavenger
        if let scavenger { scavenger.scavenger.leave(member) } else { heap.stopWorker() }
        heap.shutDown()
        let system = HostOperatingSystem()
        system.unmapWholeMetadata(heap.state, Self.stateBytes.roundedUp(to: system.physicalPageBytes))
        scavenger?.dropReference()
    }

    /// Pages: the address, and whether they are known to read as zero; nothing where there is no memory.
    package func allocate(_ count: PageCount, alignment: PageCount) -> (address: UInt, isZeroed: Bool)? {
        let pages = heap.allocatePages(count, alignment: alignment, shard: Int(truncatingIfNeeded: count.rawValue))
        startWorkerIfWanted()
        guard let pages else { return nil }
        return (pages.address, pages.scavenged == count.bytes && heap.releasedReadsZero)
    }

    /// Frees pages that ``allocate(_:alignment:)`` gave, and answers false where they are not in use.
    ///
    /// - Parameter isDiscarded: their contents were discarded, and nobody has written to them since.
    package func free(_ address: UInt, _ count: PageCount, isDiscarded: Bool = false) -> Bool {
        switch heap.freeRun(address, count, isDiscarded: isDiscarded, startWorker: { startWorkerIfWanted() }) {
        case .refused: return false
        case .freed: return true
        case .freedLast:
            takeDown()
            return true
        }
    }

    /// Whether pages are what ``free(_:_:isDiscarded:)`` may be given.
    package func areInUse(_ address: UInt, _ count: PageCount) -> Bool { heap.areInUse(address, count) }

    /// Takes the pages that begin where a run in use ends, and answers whether they are known to read as zero; nothing
    /// where it cannot be.
    package func growInPlace(at address: UInt, by count: PageCount) -> Bool? {
        let scavenged = heap.growInPlace(at: address, by: count)
        startWorkerIfWanted()
        return scavenged.map { $0 == count.bytes && heap.releasedReadsZero }
    }

    /// Gives the memory of pages in use back, and answers 0 or the system's error number.
    package func discard(_ address: UInt, _ count: PageCount) -> Int32 { heap.discard(address, count) }

    /// Takes note that discarded pages are about to be written to.
    package func noteTouched(discarded address: UInt, _ count: PageCount) {
        heap.noteTouched(discarded: address, count)
        startWorkerIfWanted()
    }

    /// Which part of some pages discarding gives back.
    package func wholePhysicalPages(_ address: UInt, _ count: PageCount) -> MemoryRange {
        heap.wholePhysicalPages(address, count)
    }

    /// Whether a physical page is no larger than a page, so that discarded pages may be told apart.
    package var hasSmallPhysicalPages: Bool { heap.physicalPage <= PageGeometry.pageBytes }

    /// Whether discarded pages read as zero.
    package var discardedReadsZero: Bool { heap.discardedReadsZero }

    /// Releases free memory, at most so many bytes, and answers how many.
    package func releaseFreeMemory(upTo limit: ByteCount = .maximum) -> ByteCount {
        heap.releaseFreeMemory(upTo: limit) { 0 }
    }

    /// Ends a cycle; false where the heap ends its cycles itself.
    package func endCycle(heapGoal: ByteCount) -> Bool {
        let isOwners = heap.endCycle(heapGoal: heapGoal)
        startWorkerIfWanted()
        return isOwners
    }

    /// The memory limit, or nothing where there is none.
    package var memoryLimit: ByteCount? { heap.memoryLimit }

    /// Sets the memory limit, or takes it away.
    package func setMemoryLimit(_ limit: ByteCount?) {
        heap.setMemoryLimit(limit)
        startWorkerIfWanted()
    }

    /// Processors that the process may use.
    package static var processors: Double { HostOperatingSystem().processors }

    /// One consistent snapshot.
    package func figures() -> HeapFigures { heap.figures() }

    /// The first record of the trace that a reader has not seen; see ``Heap/traceRecord(from:)``.
    package func traceRecord(from next: UInt64) -> (number: UInt64, record: TraceRecord)? {
        heap.traceRecord(from: next)
    }

    /// A reader of the trace comes, and is told where it begins.
    package func addTraceReader() -> UInt64 { heap.addTraceReader() }

    /// A reader of the trace goes.
    package func removeTraceReader() { heap.removeTraceReader() }

    package func checkInvariants() { heap.checkInvariants() }

    @inline(__always)
    private func startWorkerIfWanted() { if heap.needsCallers { serveScavenger() } }

    /// What a call of the heap's owner does for the scavenger.
    @inline(never)
    private func serveScavenger() {
        heap.beginService()
        if !heap.sharesWorker { heap.releaseInCallerIfWanted(for: NoPageUser()) }
        if heap.wantsWorker { startWorker() }
        if heap.takeQuotaRequest() { system.readProcessorQuota() }
        heap.endService()
    }

    private var system: HostOperatingSystem { HostOperatingSystem() }

    private func startWorker() {
        system.readProcessorQuota()
        if let scavenger {
            scavenger.look(after: member)
        } else {
            heap.startWorkerIfWanted {
                WorkerState.startThread(
                    { Heap<HostOperatingSystem>.runWorkerAlone($0) }, UnsafeMutableRawPointer(heap.state))
            }
        }
    }
}

extension Heap where System == HostOperatingSystem {
    /// The worker of a heap that has no caches above it.
    fileprivate static func runWorkerAlone(_ state: UnsafeMutableRawPointer) {
        Heap(state.assumingMemoryBound(to: HeapState<HostOperatingSystem>.self)).runWorker(for: NoPageUser())
    }
}
