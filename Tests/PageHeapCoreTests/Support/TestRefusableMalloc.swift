import PageHeapCore
import PageHeapSimulation

/// A malloc heap on a system whose calls are recorded and can be refused, for one test on one thread.
final class TestRefusableMalloc: RefusableHeap {
    typealias State = MallocState<TestHeap.System>

    let system: TestHeap.System
    let malloc: MallocHeap<TestHeap.System>
    private let memory: UnsafeMutableRawPointer

    init() throws {
        system = RecordingOperatingSystem(FailingOperatingSystem(SimulatedOperatingSystem()))
        memory = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<State>.size, alignment: 64)
        guard let malloc = Self.start(in: memory, system) else {
            memory.deallocate()
            throw TestHeap.Refused()
        }
        self.malloc = malloc
    }

    deinit {
        // The slot belongs to the thread, not to the heap: the next heap on this thread must find it new.
        malloc.threadExits()
        ThreadSlot.current.state = .new
        malloc.shutDown()
        memory.deallocate()
    }

    /// Starts a heap in memory of the size of a ``State``. Returns nil if the system refuses.
    static func start(in memory: UnsafeMutableRawPointer, _ system: TestHeap.System) -> MallocHeap<TestHeap.System>? {
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<State>.size)
        let malloc = MallocHeap(memory.assumingMemoryBound(to: State.self))
        var configuration = HeapConfiguration.original
        configuration.runsWorker = false
        return malloc.start(system: system, configuration: configuration) ? malloc : nil
    }

    func allocate(_ bytes: UInt, _ alignment: UInt) -> UInt? {
        malloc.allocateAligned(bytes, alignment: alignment).map { UInt(bitPattern: $0) }
    }

    var state: [String: UInt] {
        let figures = malloc.heap.figures()
        return [
            "in use": figures.ledger.inUse.rawValue, "retained": figures.ledger.retained.rawValue,
        ]
    }

    func checkInvariants() { malloc.checkInvariants() }
}
