import PageHeapCore
import PageHeapSimulation
import Synchronization

/// Heaps that share a scavenger, on a simulated system, for one test on one thread.
final class SharedTestHeaps {
    typealias System = SimulatedOperatingSystem

    /// One of the heaps.
    final class Member {
        fileprivate let memory: UnsafeMutablePointer<HeapState<System>>
        let heap: Heap<System>
        var runs: [(address: UInt, pages: UInt)] = []

        fileprivate init(_ system: System, _ configuration: HeapConfiguration) throws {
            memory = .zeroed()
            guard let heap = Heap.start(in: memory, system: system, configuration: configuration) else {
                throw TestHeap.Refused()
            }
            self.heap = heap
        }

        deinit {
            heap.shutDown()
            memory.deallocate()
        }

        var retained: ByteCount { heap.figures().ledger.retained }
        var isParked: Bool { heap.requests.pointee.isParked }
        var released: ByteCount { heap.figures().ledger.releasedInBackgroundTotal }
    }

    let system: System
    let worker: Worker<System>
    private(set) var members: [Member] = []

    init(_ machine: SimulatedMachine, share: Double = Tunables.scavengeShare, pacer: PacerKind = .controller) {
        system = System(machine)
        worker = Worker(startedIn: .zeroed(), system, share: share, pacer: pacer)
    }

    deinit {
        while let member = members.first { remove(member) }
        worker.state.deallocate()
    }

    /// Adds a heap that is not looked after yet.
    func add(_ configuration: HeapConfiguration = HeapConfiguration.original) throws -> Member {
        let member = try Member(system, configuration)
        worker.attach(member.heap)
        members.append(member)
        return member
    }

    /// Adds a heap that is looked after and has this many MiB free.
    @discardableResult
    func addFree(_ mebibytes: Int, _ configuration: HeapConfiguration = HeapConfiguration.original) throws -> Member {
        let member = try add(configuration)
        try use(member, mebibytes)
        free(member, mebibytes)
        lookAfter(member)
        return member
    }

    /// Does what ``SystemHeap`` does after each call; the test's thread runs the worker.
    func lookAfter(_ member: Member) { member.heap.startWorkerIfWanted { true } }

    /// Tears a heap down.
    func remove(_ member: Member) {
        member.heap.leaveWorker()
        members.removeAll { $0 === member }
        if worker.dropReference() { fatalError("the owner's reference is gone") }
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
    var signal: UInt32 { worker.thread.pointee.signal }

    func watch() -> WorkerWatch {
        let worker = worker
        return WorkerWatch(
            worker.thread, on: system, start: {}, work: { worker.run(for: NoPageUser()) },
            request: { worker.thread.pointee.raise() })
    }
}

extension UnsafeMutablePointer where Pointee: ~Copyable {
    /// Zeroed memory for one value.
    fileprivate static func zeroed() -> Self {
        let memory = allocate(capacity: 1)
        UnsafeMutableRawPointer(memory).initializeMemory(
            as: UInt8.self, repeating: 0, count: MemoryLayout<Pointee>.size)
        return memory
    }
}
