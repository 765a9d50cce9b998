import PageHeapCore
import PageHeapSimulation

/// A whole heap of pages on a system whose calls are recorded and can be refused, for one test on one thread.
final class TestPageHeap: RefusableHeap {
    typealias State = HeapState<TestHeap.System>

    let system: TestHeap.System
    let heap: Heap<TestHeap.System>
    private let memory: UnsafeMutableRawPointer

    init(
        _ machine: SimulatedMachine = SimulatedMachine(), keepsSpans: Bool = false,
        _ configuration: HeapConfiguration = HeapConfiguration(), releases method: ReleaseMethod? = nil
    ) throws {
        system = RecordingOperatingSystem(FailingOperatingSystem(SimulatedOperatingSystem(machine)))
        memory = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<State>.size, alignment: 64)
        guard let heap = Self.start(in: memory, system, keepsSpans: keepsSpans, configuration, releases: method) else {
            memory.deallocate()
            throw TestHeap.Refused()
        }
        self.heap = heap
    }

    deinit {
        heap.shutDown()
        memory.deallocate()
    }

    /// Starts a heap in memory of the size of a ``State``, or answers nothing where the system refuses.
    static func start(
        in memory: UnsafeMutableRawPointer, _ system: TestHeap.System, keepsSpans: Bool,
        _ configuration: HeapConfiguration = HeapConfiguration(), releases method: ReleaseMethod? = nil
    ) -> Heap<TestHeap.System>? {
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<State>.size)
        var configuration = configuration
        configuration.runsWorker = false
        configuration.keepsSpans = keepsSpans
        if let method { configuration.releaseMethod = method }
        return Heap.start(
            in: memory.assumingMemoryBound(to: State.self), system: system, configuration: configuration)
    }

    var simulated: SimulatedOperatingSystem { system.base.base }

    func allocate(_ pages: UInt, alignment: UInt = 1) -> UInt? {
        heap.allocatePages(PageCount(pages), alignment: PageCount(alignment), shard: 0)?.address
    }

    /// Allocates pages and touches them.
    func use(_ pages: UInt) throws -> UInt {
        guard let address = allocate(pages) else { throw TestHeap.Refused() }
        simulated.touch(address, PageCount(pages).bytes)
        return address
    }

    /// Runs of pages of which only every so manieth is in use.
    ///
    /// - Returns: the addresses of those in use.
    func makeFragments(_ count: Int, ofPages pages: UInt, keepingEach step: Int) throws -> [UInt] {
        let runs = try (0..<count).map { _ in try use(pages) }
        for (place, address) in runs.enumerated() where place % step != 0 { heap.freePages(address, PageCount(pages)) }
        return runs.enumerated().filter { $0.offset % step == 0 }.map(\.element)
    }

    /// What the heap has from the system by its own books: what a memory limit counts.
    var mapped: ByteCount {
        let figures = heap.figures()
        return figures.ledger.retained + figures.metadata
    }

    var state: [String: UInt] {
        // Space made accessible ahead, and what a page cache holds, may change; nothing of it costs memory.
        let ledger = heap.figures().ledger
        return ["in use": ledger.inUse.rawValue, "retained": ledger.retained.rawValue]
    }

    func checkInvariants() { heap.checkInvariants() }
}
