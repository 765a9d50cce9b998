import PageHeapCore
import PageHeapSimulation

/// A malloc heap on a simulated operating system, for one test on one thread.
///
/// Blocks are touched as a program would touch them, so that what the system holds resident can be compared with the
/// books, and the release of memory under a block in use is noticed.
final class TestMalloc {
    let system: SimulatedOperatingSystem
    let malloc: MallocHeap<SimulatedOperatingSystem>
    private let memory: UnsafeMutableRawPointer
    private(set) var live: [UInt: UInt] = [:]

    init(
        _ machine: SimulatedMachine = SimulatedMachine(),
        _ configuration: HeapConfiguration = HeapConfiguration.original,
        hardening: HardeningLevel = .unhardened,
        samples: SampleRate = SampleRate(meanBytes: 0)
    ) {
        system = SimulatedOperatingSystem(machine)
        typealias State = MallocState<SimulatedOperatingSystem>
        memory = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<State>.size, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<State>.size)
        malloc = MallocHeap(memory.assumingMemoryBound(to: State.self))
        var quiet = configuration
        quiet.runsWorker = false
        guard malloc.start(system: system, configuration: quiet, hardening: hardening, samples: samples)
        else {
            fatalError("the simulated system refused")
        }
        forgetSamples()
    }

    /// The thread's distance to its next sample belongs to a heap, as its cache does.
    private func forgetSamples() {
        ThreadSlot.current.slot.pointee.random_state = 0
        ThreadSlot.current.slot.pointee.sample_distance = 0
    }

    deinit {
        // The slot belongs to the thread, not to the heap: the next test on this thread must find it new.
        malloc.threadExits()
        ThreadSlot.current.state = .new
        malloc.shutDown()
        memory.deallocate()
    }

    /// Allocates a block and touches all of it.
    func allocate(_ bytes: UInt, alignment: UInt = 16) -> UInt? {
        guard let pointer = malloc.allocateAligned(bytes, alignment: alignment) else { return nil }
        let address = UInt(bitPattern: pointer)
        system.touch(address, ByteCount(max(bytes, 1)))
        live[address] = bytes
        return address
    }

    func free(_ address: UInt) {
        live[address] = nil
        malloc.free(address)
    }

    /// Ends a cycle of the worker and does all the work that it asks for.
    func runCycle(_ cycle: inout DemandCycle) -> Bool {
        system.advance(nanoseconds: Tunables.cycleNanoseconds)
        let hasMore = malloc.heap.endCycle(&cycle, malloc)
        let goal = malloc.heap.figures().goal
        let retained = malloc.heap.figures().ledger.retained
        if goal < retained {
            let released = malloc.heap.search.scavenge(retained - goal, .background, using: system)
            cycle.note(released: released, isExhausted: released < retained - goal)
        }
        while !malloc.isHolePassOver { _ = malloc.releaseHoles(.maximum) }
        return hasMore || malloc.mayFindMoreHoles
    }

    /// The number of blocks that have lost memory: 0 in a correct heap.
    var damagedBlocks: Int {
        live.count { address, bytes in
            // Touching a block again faults if a page of it was released.
            system.touch(address, ByteCount(max(bytes, 1))) > 0
        }
    }
}
