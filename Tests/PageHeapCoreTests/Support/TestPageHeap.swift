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
        releases method: ReleaseMethod = .now
    )
        throws
    {
        system = RecordingOperatingSystem(FailingOperatingSystem(SimulatedOperatingSystem(machine)))
        memory = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<State>.size, alignment: 64)
        guard let heap = Self.start(in: memory, system, keepsSpans: keepsSpans, releases: method) else {
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
        releases method: ReleaseMethod = .now
    ) -> Heap<TestHeap.System>? {
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<State>.size)
        var configuration = HeapConfiguration()
        configuration.runsWorker = false
        configuration.keepsSpans = keepsSpans
        configuration.releaseMethod = method
        return Heap.start(
            in: memory.assumingMemoryBound(to: State.self), system: system, configuration: configuration)
    }

    var simulated: SimulatedOperatingSystem { system.base.base }

    func allocate(_ pages: UInt, alignment: UInt = 1) -> UInt? {
        heap.allocatePages(PageCount(pages), alignment: PageCount(alignment), shard: 0)?.address
    }

    var state: [String: UInt] {
        // Space made accessible ahead, and what a page cache holds, may change; nothing of it costs memory.
        let books = heap.figures().books
        return ["in use": books.inUse.rawValue, "retained": books.retained.rawValue]
    }

    func checkInvariants() { heap.checkInvariants() }
}
