import PageHeapCore
import Testing

/// A malloc heap on the real system, for one test on one thread: its blocks can be written to.
final class RealMalloc {
    typealias State = MallocState<HostOperatingSystem>
    let malloc: MallocHeap<HostOperatingSystem>
    private let memory = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<State>.size, alignment: 64)

    init(
        hardening: HardeningLevel = .unhardened, guardInterval: UInt64 = Tunables.guardInterval,
        samples: SampleRate = SampleRate(meanBytes: 0)
    ) throws {
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<State>.size)
        malloc = MallocHeap(memory.assumingMemoryBound(to: State.self))
        var configuration = HeapConfiguration()
        configuration.runsWorker = false
        let isStarted = malloc.start(
            system: HostOperatingSystem(), configuration: configuration, hardening: hardening,
            guardInterval: guardInterval, samples: samples)
        try #require(isStarted)
        // They belong to a heap, as the thread's cache does.
        let slot = ThreadSlot.current.slot
        slot.pointee.random_state = 0
        slot.pointee.sample_distance = 0
        slot.pointee.guard_distance = 0
    }

    deinit {
        malloc.threadExits()
        ThreadSlot.current.state = .new
        malloc.shutDown()
        memory.deallocate()
    }
}

/// The address of a block that there must be.
func place(_ pointer: UnsafeMutableRawPointer?) throws -> UInt {
    let block: UnsafeMutableRawPointer = try #require(pointer)
    return UInt(bitPattern: block)
}
