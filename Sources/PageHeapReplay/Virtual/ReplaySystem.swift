import Dispatch
import PageHeapCore
import PageHeapSimulation

/// The operating system of a replay: simulated memory, virtual time, and a worker that runs in turn with the program.
///
/// **Time** stands still while anything runs. It passes only when the replay says so, and by what releases cost. The program's
/// own work has no length beyond the times of its events.
///
/// **Two threads, one at a time.** The worker's code sleeps where it stands, so it has a thread of its own. Whoever runs holds
/// the baton: the program hands it over when the worker's time has come or it was woken, and the worker hands it back when
/// it sleeps or ends. So a replay is deterministic, and nothing here needs a lock: the baton's semaphores order all accesses.
package final class ReplaySystem: OperatingSystem, @unchecked Sendable {
    let space: SimulatedOperatingSystem
    private(set) var meter = ReplayMeter()
    /// The processor that the program's thread runs on.
    var processor: UInt32 = 0
    /// CPU time of the program's threads in nanoseconds; see ``ReplayHeap/advance(to:)``.
    var programNanoseconds: Int64 = 0
    private var workerNanoseconds: Int64 = 0
    private var callerNanoseconds: Int64 = 0
    /// Pages released so far that had memory.
    private(set) var releasedPages = 0
    private var releaseRemainder = 0.0
    /// Faults so far that moved memory caused in the simulation, and that a real system does not have.
    private var movedFaults = (all: 0, again: 0)

    /// What the worker's thread does.
    private enum Worker {
        case absent
        case ready
        /// Sleeps on a word, until a time or for ever.
        case asleep(until: Int64, word: UnsafeRawPointer)
    }
    private var worker = Worker.absent
    private var workerHasBaton = false
    private let toWorker = DispatchSemaphore(value: 0)
    private let toProgram = DispatchSemaphore(value: 0)

    init(_ machine: ReplayMachine) { space = SimulatedOperatingSystem(machine.simulated) }

    // MARK: The baton

    /// Lets time pass, and the worker run whenever its time has come.
    func advance(to time: Int64) {
        runWokenWorker()
        while case .asleep(let until, _) = worker, until <= time {
            meter.advance(to: until)
            runWorker()
        }
        meter.advance(to: time)
    }

    /// Runs the worker if it was woken or has just been started.
    func runWokenWorker() { while case .ready = worker { runWorker() } }

    /// Notes a thread that calls ``enterWorker()`` before anything else, and ``leaveWorker()`` at its end.
    func noteWorker() { worker = .ready }

    func enterWorker() { toWorker.wait() }

    func leaveWorker() {
        worker = .absent
        toProgram.signal()
    }

    private func runWorker() {
        workerHasBaton = true
        toWorker.signal()
        toProgram.wait()
        workerHasBaton = false
    }

    package func wait(_ word: UnsafeRawPointer, while expected: UInt32, nanoseconds: Int64) -> Bool {
        if word.load(as: UInt32.self) != expected { return false }
        guard workerHasBaton else {
            // The program waits for the worker, which must run for that.
            if case .absent = worker { return nanoseconds >= 0 }
            runWorker()
            return false
        }
        let until = nanoseconds < 0 ? Int64.max : meter.now.addingReportingOverflow(nanoseconds).partialValue
        worker = .asleep(until: until, word: word)
        toProgram.signal()
        toWorker.wait()
        worker = .ready
        return nanoseconds >= 0 && meter.now >= until
    }

    package func wake(_ word: UnsafeRawPointer) {
        if case .asleep(_, word) = worker { worker = .ready }
    }

    // MARK: Time

    package func monotonicNanoseconds() -> Int64 { meter.now }
    package func coarseNanoseconds() -> Int64 { meter.now }
    package func threadProcessorNanoseconds() -> Int64 { workerHasBaton ? workerNanoseconds : callerNanoseconds }
    package func processProcessorNanoseconds() -> Int64 { programNanoseconds + callerNanoseconds + workerNanoseconds }
    package func measureFaultNanoseconds(physicalPage: PageHeapCore.ByteCount) -> Double {
        ReplayMachine.faultNanoseconds
    }

    /// The CPU time of the worker, and that of allocations that released memory, in nanoseconds.
    var releaseNanoseconds: (worker: Int64, callers: Int64) { (workerNanoseconds, callerNanoseconds) }

    // MARK: Memory

    /// Simulates the program's access to a block.
    func touch(_ address: UInt, _ bytes: UInt) {
        let taken = space.touch(address, ByteCount(bytes))
        if taken > 0 { meter.change(resident: Int64(taken) * Int64(ReplayMachine.pageBytes)) }
    }

    /// Notes how many bytes the program holds more than before.
    func noteInUse(_ change: Int64) { meter.change(inUse: change) }

    func finish() { meter.finish() }

    /// Faults so far: all of them, and those in pages that had been released.
    var faults: (all: Int, again: Int) { (space.faults - movedFaults.all, space.refaults - movedFaults.again) }

    package func release(_ address: UInt, _ bytes: ByteCount, method: ReleaseMethod) -> Int32 {
        let released = drop { _ = space.release(address, bytes, method: .now) }
        // Whole nanoseconds only are on the clocks.
        releaseRemainder += Double(released) * ReplayMachine.releaseNanoseconds
        let cost = Int64(releaseRemainder)
        releaseRemainder -= Double(cost)
        if workerHasBaton { workerNanoseconds += cost } else { callerNanoseconds += cost }
        releasedPages += released
        meter.advance(to: meter.now + cost)
        return 0
    }

    /// Takes the memory of a range; returns how many pages had some.
    private func drop(by taking: () -> Void) -> Int {
        let before = space.residentBytes
        taking()
        let dropped = (before - space.residentBytes).rawValue
        meter.change(resident: -Int64(dropped))
        return Int(dropped / ReplayMachine.pageBytes)
    }

    /// Takes the memory of a range that was moved or renewed, which is no release: nothing of it is needed again.
    private func discard(_ address: UInt, _ bytes: ByteCount) {
        _ = drop { space.discard(address, bytes) }
    }

    package func move(_ address: UInt, to target: UInt, _ bytes: ByteCount) -> Bool {
        discard(target, bytes)
        let before = (all: space.faults, again: space.refaults)
        let window = ReplayMachine.pageBytes * 1024
        var pages = [UInt8](repeating: 0, count: 1024)
        var offset: UInt = 0
        while offset < bytes.rawValue {
            let some = min(window, bytes.rawValue - offset)
            guard space.findResidentPages(address + offset, ByteCount(some), in: &pages) else { return false }
            for page in 0..<some / ReplayMachine.pageBytes where pages[Int(page)] != 0 {
                touch(target + offset + page * ReplayMachine.pageBytes, ReplayMachine.pageBytes)
            }
            offset += some
        }
        movedFaults.all += space.faults - before.all
        movedFaults.again += space.refaults - before.again
        discard(address, bytes)
        return true
    }

    package func renew(_ address: UInt, _ bytes: ByteCount) -> Bool {
        discard(address, bytes)
        return true
    }

    package func copy(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        touch(UInt(bitPattern: target), bytes.rawValue)
    }

    package func findResidentPages(
        _ address: UInt, _ bytes: ByteCount, in pages: UnsafeMutablePointer<UInt8>
    ) -> Bool { space.findResidentPages(address, bytes, in: pages) }

    package func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UInt? {
        space.reserve(bytes, alignment: alignment)
    }
    package func makeAccessible(_ address: UInt, _ bytes: ByteCount) -> Bool { space.makeAccessible(address, bytes) }
    package func unmap(_ address: UInt, _ bytes: ByteCount) {}

    package func cancel(_ address: UInt, _ bytes: ByteCount) {
        let before = space.residentBytes
        space.cancel(address, bytes)
        meter.change(resident: -Int64((before - space.residentBytes).rawValue))
    }

    // MARK: Metadata, which is real memory

    package func reserveMetadata(_ bytes: ByteCount) -> UnsafeMutableRawPointer? { space.reserveMetadata(bytes) }
    package func cancelMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        space.cancelMetadata(address, bytes)
    }
    package func makeMetadataAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        space.makeMetadataAccessible(address, bytes)
    }
    package func unmapMetadata(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) {
        space.unmapMetadata(address, bytes)
    }

    /// Sets what the heap's metadata takes, by the heap's own account: its pages are the real machine's, and whether they are
    /// resident is not the same on each.
    func noteMetadata(_ bytes: UInt64) {
        meter.change(resident: Int64(bytes) - Int64(metadata))
        metadata = bytes
    }
    private var metadata: UInt64 = 0

    // MARK: The machine

    package func releasedMemoryReadsZero() -> Bool { true }
    package var physicalPageBytes: ByteCount { space.physicalPageBytes }
    package var hugePageBytes: ByteCount { 0 }
    package var processors: Double { space.processors }
    package var currentProcessor: UInt32 { processor }
    package var isAddressSpaceLimited: Bool { false }
    package var largestRequestBytes: ByteCount { space.largestRequestBytes }
    package var memoryBytes: ByteCount { space.memoryBytes }
}
