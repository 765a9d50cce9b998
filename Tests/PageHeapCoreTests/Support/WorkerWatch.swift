import PageHeapCore
import PageHeapSimulation
import Synchronization

/// Runs a worker in virtual time, on the calling thread, and keeps what it did with its time.
final class WorkerWatch: @unchecked Sendable {
    private let worker: UnsafePointer<WorkerThread>
    private let system: SimulatedOperatingSystem
    private let start: () -> Void
    private let work: () -> Void
    private let request: () -> Void
    /// The nanoseconds of each wait; -1 for one without end.
    private(set) var waits: [Int64] = []
    /// Monotonic time and CPU time after each wait.
    private var samples: [(time: Int64, used: Int64)] = []
    /// Called at each wait that is no park, with the number of waits so far.
    var onSleep: ((Int) -> Void)?
    /// Called at each park that does not end the worker, with the number of parks so far.
    var onPark: ((Int) -> Void)?
    /// Whether the worker is told to end before it begins.
    var isStopped = false
    /// Ends the worker at this time.
    var endNanoseconds = Int64.max
    /// Parks before the worker is ended.
    var parksAllowed = 1
    private var parks = 0

    /// - Parameters:
    ///   - start: starts the worker; may do so again after a stop.
    ///   - work: the worker's whole life.
    ///   - request: wakes the worker, with nothing behind it.
    init(
        _ worker: UnsafePointer<WorkerThread>, on system: SimulatedOperatingSystem, start: @escaping () -> Void,
        work: @escaping () -> Void, request: @escaping () -> Void
    ) {
        self.worker = worker
        self.system = system
        self.start = start
        self.work = work
        self.request = request
    }

    /// Watches a heap's own worker.
    convenience init<System>(_ heap: Heap<System>, on system: SimulatedOperatingSystem, user: some PageUser) {
        self.init(
            heap.worker.thread, on: system,
            start: {
                // A worker that was stopped by an earlier run may start again.
                if heap.holdOffWorker(join: {}) { heap.endHoldOff(delay: 0) }
                heap.askForWorker()
                heap.startWorkerIfWanted { true }
            },
            work: { heap.runWorker(for: user) }, request: { heap.wakeWorker() })
    }

    convenience init(_ test: TestMalloc) { self.init(test.malloc.heap, on: test.system, user: test.malloc) }

    /// Runs the worker until it is parked, or was stopped otherwise.
    func runUntilParked() {
        parks = 0
        start()
        if isStopped { worker.pointee.askToEnd() }
        system.onWait { self.waited($0) }
        work()
        system.onWait(nil)
    }

    private func waited(_ nanoseconds: Int64) {
        waits.append(nanoseconds)
        samples.append((system.monotonicNanoseconds(), system.threadProcessorNanoseconds()))
        if nanoseconds < 0 {
            parks += 1
            if parks >= parksAllowed {
                worker.pointee.askToEnd()
            } else {
                request()
                onPark?(parks)
            }
        } else {
            onSleep?(waits.count)
        }
        if system.monotonicNanoseconds() >= endNanoseconds { worker.pointee.askToEnd() }
    }

    /// The share of the machine that the worker used over each stretch of `seconds` that begins at a sample.
    func shares(ofSeconds seconds: Int64, processors: UInt, from: Int64 = 0) -> [Double] {
        let length = seconds * 1_000_000_000
        var end = 0
        return samples.indices.compactMap { start in
            while end < samples.count && samples[end].time < samples[start].time + length { end += 1 }
            guard end < samples.count, samples[start].time >= from else { return nil }
            // What was used up to the last sample inside the stretch.
            let used = samples[end - 1].used - samples[start].used
            return Double(used) / (Double(length) * Double(processors))
        }
    }

    func largestShare(ofSeconds seconds: Int64, processors: UInt) -> Double {
        shares(ofSeconds: seconds, processors: processors).max() ?? 0
    }
}
