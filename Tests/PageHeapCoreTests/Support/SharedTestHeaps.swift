import PageHeapCore
import PageHeapSimulation
import Synchronization

/// Heaps that share a scavenger, on a simulated system, for one test on one thread.
final class SharedTestHeaps {
    typealias System = SimulatedOperatingSystem

    /// One of the heaps.
    final class Member {
        fileprivate let memory: UnsafeMutablePointer<HeapState<System>>
        fileprivate let shared: UnsafeMutablePointer<SharedHeap<System>>
        let heap: Heap<System>
        var runs: [(address: UInt, pages: UInt)] = []

        fileprivate init(_ system: System, _ configuration: HeapConfiguration) throws {
            memory = .allocate(capacity: 1)
            shared = .allocate(capacity: 1)
            UnsafeMutableRawPointer(memory).initializeMemory(
                as: UInt8.self, repeating: 0, count: MemoryLayout<HeapState<System>>.size)
            guard let heap = Heap.start(in: memory, system: system, configuration: configuration) else {
                throw TestHeap.Refused()
            }
            self.heap = heap
        }

        deinit {
            heap.shutDown()
            memory.deallocate()
            shared.deallocate()
        }

        var retained: ByteCount { heap.figures().ledger.retained }
        var isParked: Bool { heap.worker.pointee.isParked.load(ordering: .relaxed) }
        var released: ByteCount { heap.figures().ledger.releasedInBackgroundTotal }
    }

    let system: System
    let scavenger: SharedScavenger<System>
    private let state: UnsafeMutablePointer<SharedScavengerState<System>>
    private(set) var members: [Member] = []

    init(_ machine: SimulatedMachine, share: Double = Tunables.scavengeShare, pacer: PacerKind = .controller) {
        system = System(machine)
        state = .allocate(capacity: 1)
        state.initialize(to: SharedScavengerState(system, share: share, pacer: pacer))
        scavenger = SharedScavenger(state)
        // As if the thread had been started: the thread of the test runs the worker.
        scavenger.worker.pointee.isRunning.store(true, ordering: .relaxed)
    }

    deinit {
        while let member = members.first { remove(member) }
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Adds a heap that is not looked after yet.
    func add(_ configuration: HeapConfiguration = HeapConfiguration()) throws -> Member {
        let member = try Member(system, configuration)
        scavenger.attach(member.heap, as: member.shared)
        members.append(member)
        return member
    }

    /// Adds a heap that is looked after and has this many MiB free.
    @discardableResult
    func addFree(_ mebibytes: Int, _ configuration: HeapConfiguration = HeapConfiguration()) throws -> Member {
        let member = try add(configuration)
        try use(member, mebibytes)
        free(member, mebibytes)
        lookAfter(member)
        return member
    }

    /// Does what ``SystemHeap`` does after each call.
    func lookAfter(_ member: Member) {
        if member.heap.wantsWorker { scavenger.join(member.shared) { _ in fatalError("a thread was started") } }
    }

    /// Tears a heap down.
    func remove(_ member: Member) {
        scavenger.leave(member.shared)
        members.removeAll { $0 === member }
        if scavenger.dropReference() { fatalError("the owner's reference is gone") }
    }

    /// Takes runs of 1 MiB and touches them.
    func use(_ member: Member, _ mebibytes: Int) throws {
        for _ in 0..<mebibytes {
            guard let run = member.heap.allocatePages(128, alignment: 1, shard: 0) else { throw TestHeap.Refused() }
            system.touch(run.address, ByteCount(1 << 20))
            member.runs.append((run.address, 128))
        }
    }

    /// Frees the last runs of 1 MiB.
    func free(_ member: Member, _ mebibytes: Int) {
        for run in member.runs.suffix(mebibytes) { member.heap.freePages(run.address, PageCount(run.pages)) }
        member.runs.removeLast(mebibytes)
    }

    /// A number that changes whenever the worker is woken.
    var signal: UInt32 { scavenger.worker.pointee.signal.load(ordering: .relaxed) }

    func watch() -> WorkerWatch {
        let scavenger = scavenger
        return WorkerWatch(scavenger.worker, on: system) { scavenger.run() }
    }
}
