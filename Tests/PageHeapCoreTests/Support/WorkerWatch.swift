import PageHeapCore
import PageHeapSimulation
import Synchronization

/// Runs a worker in virtual time, on the calling thread, and keeps what it did with its time.
final class WorkerWatch: @unchecked Sendable {
    private let worker: UnsafePointer<WorkerState>
    private let system: SimulatedOperatingSystem
    private let work: () -> Void
    /// The nanoseconds of each wait; -1 for one without end.
    private(set) var waits: [Int64] = []
    /// Monotonic time and CPU time after each wait.
    private var samples: [(time: Int64, used: Int64)] = []
    /// Called at each wait that is no park, with the number of waits so far.
    var onSleep: ((Int) -> Void)?
    /// Called at each park that does not end the worker, with the number of parks so far.
    var onPark: ((Int) -> Void)?
    /// Ends the worker at this time.
    var endNanoseconds = Int64.max
    /// Parks before the worker is ended.
    var parksAllowed = 1
    private var parks = 0

    /// - Parameter work: runs the worker until it ends.
    init(_ worker: UnsafePointer<WorkerState>, on system: SimulatedOperatingSystem, work: @escaping () -> Void) {
        self.worker = worker
        self.system = system
        self.work = work
    }

    convenience init(_ test: TestMalloc) {
        let malloc = test.malloc
        self.init(malloc.heap.worker, on: test.system) { malloc.heap.runWorker(for: malloc) }
    }

    /// Runs the worker until it is parked, or was stopped otherwise.
    func runUntilParked() {
        parks = 0
        // A second run continues the worker that the first one ended; a stop before the first run comes from the test.
        if !waits.isEmpty { worker.pointee.shouldStop.store(false, ordering: .relaxed) }
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
                stop()
            } else {
                worker.pointee.raise()
                onPark?(parks)
            }
        } else {
            onSleep?(waits.count)
        }
        if system.monotonicNanoseconds() >= endNanoseconds { stop() }
    }

    private func stop() { worker.pointee.shouldStop.store(true, ordering: .relaxed) }

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
