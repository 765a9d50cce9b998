import CPageHeap
import PageHeapCore

/// PageHeap's malloc on a simulated machine, with threads that one thread stands for in turn.
///
/// Each thread of the trace has a slot in memory, with a thread cache of its own; before its event, its cache is moved into the
/// calling thread's slot. The heap's code is that of the malloc library, from the caches to the scavenger, except that
/// nothing writes to blocks: they exist only as addresses.
///
/// One replay at a time in a thread; it begins and ends in the same one.
package final class ReplayHeap {
    typealias State = MallocState<ReplaySystem>

    let system: ReplaySystem
    private let malloc: MallocHeap<ReplaySystem>
    private let memory: UnsafeMutableRawPointer
    private let processors: UInt32
    private var slots: [UInt32: UnsafeMutablePointer<pageheap_thread_slot>] = [:]
    /// The thread that the calling one stands for.
    private var current: UInt32?
    private var lastEvent: Int64 = 0
    private var eventsUntilLook = 0

    /// The most threads that have a cache of their own; others share these.
    static let mostThreads: UInt32 = 2048
    /// Time between two events below which the program counts as running.
    private static let runningNanoseconds: Int64 = 1_000_000
    /// Events between two looks at what the metadata takes.
    private static let eventsPerLook = 256

    /// Returns nil if there is no memory for the heap's metadata.
    package init?(_ policy: ReplayPolicy, _ machine: ReplayMachine) {
        system = ReplaySystem(machine)
        processors = UInt32(machine.processors)
        memory = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<State>.size, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: MemoryLayout<State>.size)
        malloc = MallocHeap(memory.assumingMemoryBound(to: State.self))
        var configuration = policy.configuration
        configuration.workerIdleNanoseconds = Tunables.workerIdleNanoseconds
        configuration.trace = .none
        guard malloc.start(system: system, configuration: configuration) else {
            memory.deallocate()
            return nil
        }
    }

    /// Ends the worker and all threads, and returns the heap's memory.
    package func shutDown() {
        malloc.heap.leaveWorker()
        for thread in slots.keys.sorted() { endThread(thread) }
        malloc.shutDown()
        memory.deallocate()
    }

    package var meter: ReplayMeter { system.meter }

    // MARK: Time

    /// Lets time pass until an event of the program, or beyond the last one.
    package func advance(to time: Int64, isEvent: Bool = true) {
        system.advance(to: time)
        guard isEvent else { return }
        let pause = time - lastEvent
        if pause > 0 && pause < Self.runningNanoseconds { system.programNanoseconds += pause }
        lastEvent = max(lastEvent, time)
    }

    // MARK: Events

    /// Allocates a block and touches all of it. Returns nil if it is refused.
    package func allocate(_ bytes: UInt64, alignment: UInt64, in thread: UInt32) -> UInt? {
        guard bytes <= ReplayMachine.mostBytes else { return nil }
        stand(for: thread)
        let isAligned = alignment > 16 && alignment <= 1 << 30 && alignment & (alignment - 1) == 0
        let pointer =
            isAligned
            ? malloc.allocateAligned(UInt(bytes), alignment: UInt(alignment)) : malloc.allocate(UInt(bytes))
        guard let pointer else { return served(nil) }
        let address = UInt(bitPattern: pointer)
        system.touch(address, UInt(max(bytes, 1)))
        return served(address)
    }

    package func free(_ address: UInt, in thread: UInt32) {
        stand(for: thread)
        malloc.free(address)
        _ = served(nil)
    }

    /// Resizes a block and touches all of it. Returns its new address; nil if that is refused, and then the block is as it was.
    package func reallocate(_ address: UInt, to bytes: UInt64, in thread: UInt32) -> UInt? {
        guard bytes <= ReplayMachine.mostBytes else { return nil }
        stand(for: thread)
        guard let pointer = malloc.reallocate(address, UInt(max(bytes, 1))) else { return served(nil) }
        system.touch(UInt(bitPattern: pointer), UInt(max(bytes, 1)))
        return served(UInt(bitPattern: pointer))
    }

    package func endThread(_ thread: UInt32) {
        let number = thread % Self.mostThreads
        guard let slot = slots[number] else { return }
        stand(for: thread)
        malloc.threadExits()
        ThreadSlot.current.state = .new
        current = nil
        slots[number] = nil
        slot.deallocate()
        _ = served(nil)
    }

    /// Makes the calling thread stand for one of the trace.
    private func stand(for thread: UInt32) {
        let number = thread % Self.mostThreads
        if current == number { return }
        if let current, let slot = slots[current] { ThreadSlot.current.moveThread(to: ThreadSlot(at: slot)) }
        if let slot = slots[number] {
            ThreadSlot(at: slot).moveThread(to: .current)
        } else {
            let slot = UnsafeMutablePointer<pageheap_thread_slot>.allocate(capacity: 1)
            _ = ThreadSlot(initializing: slot)
            slots[number] = slot
        }
        current = number
        system.processor = number % processors
    }

    /// Does for the scavenger what the malloc library does after a call.
    private func served(_ result: UInt?) -> UInt? {
        if malloc.heap.needsCallers { serve() }
        system.runWokenWorker()
        eventsUntilLook -= 1
        if eventsUntilLook < 0 { look() }
        return result
    }

    private func serve() {
        let heap = malloc.heap
        heap.beginService()
        heap.releaseInCallerIfWanted(for: malloc)
        if heap.wantsWorker && heap.mayStartWorker { heap.startWorkerIfWanted { startWorker() } }
        heap.readSurroundingsIfWanted()
        heap.endService()
    }

    private func startWorker() -> Bool {
        let (system, state) = (system, UInt(bitPattern: malloc.state))
        let isStarted = DetachedThread.start {
            system.enterWorker()
            if let state = UnsafeMutablePointer<State>(bitPattern: state) {
                MallocHeap(state).heap.runWorker(for: MallocHeap(state))
            }
            system.leaveWorker()
        }
        if isStarted { system.noteWorker() }
        return isStarted
    }

    /// Looks at what the heap's metadata takes.
    package func look() {
        eventsUntilLook = Self.eventsPerLook
        system.noteMetadata(malloc.heap.figures().values.metadata_bytes)
    }

    /// Checks the simulation, for tests: invalid calls to the system, and the number of threads with a cache.
    package var violations: Int { system.space.violations.count }
}
