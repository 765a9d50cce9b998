import PageHeapCore
import PageHeapSimulation
import Synchronization

/// Runs a heap's worker in virtual time, on the calling thread, and keeps what it did with its time.
final class WorkerWatch: @unchecked Sendable {
    private let malloc: MallocHeap<SimulatedOperatingSystem>
    private let system: SimulatedOperatingSystem
    /// The nanoseconds of each wait; -1 for one without end.
    private(set) var waits: [Int64] = []
    /// Monotonic time and CPU time after each wait.
    private var samples: [(time: Int64, used: Int64)] = []
    /// Called at each wait that is no park, with the number of waits so far.
    var onSleep: ((Int) -> Void)?
    /// Ends the worker at this time.
    var endNanoseconds = Int64.max
    /// Parks before the worker is ended.
    var parksAllowed = 1
    private var parks = 0

    init(_ test: TestMalloc) {
        malloc = test.malloc
        system = test.system
    }

    /// Runs the worker until it is parked, or was stopped otherwise.
    func runUntilParked() {
        parks = 0
        // A second run goes on where the first was ended; a stop before the first is the test's.
        if !waits.isEmpty { malloc.heap.worker.pointee.shouldStop.store(false, ordering: .relaxed) }
        system.onWait { self.waited($0) }
        malloc.heap.runWorker(for: malloc)
        system.onWait(nil)
    }

    private func waited(_ nanoseconds: Int64) {
        waits.append(nanoseconds)
        samples.append((system.monotonicNanoseconds(), system.threadProcessorNanoseconds()))
        if nanoseconds < 0 {
            parks += 1
            if parks >= parksAllowed { stop() } else { malloc.heap.wakeWorker() }
        } else {
            onSleep?(waits.count)
        }
        if system.monotonicNanoseconds() >= endNanoseconds { stop() }
    }

    private func stop() { malloc.heap.worker.pointee.shouldStop.store(true, ordering: .relaxed) }

    /// The share of the machine that the worker used over each stretch of so many seconds that begins at a sample.
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
