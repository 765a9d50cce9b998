import CPageHeap
import Synchronization

extension Heap {
    /// Asks for a worker where the heap has grown enough for one.
    func wantWorkerIfWorthwhile() {
        if state.pointee.configuration.runsWorker
            && state.pointee.worker.grownBytes.load(ordering: .relaxed) >= Tunables.workerStartBytes.rawValue
        {
            state.pointee.worker.isWanted.store(true, ordering: .relaxed)
        }
    }

    /// Starts the worker where it is wanted and not there. No lock is held, and the thread's cache is not in use,
    /// because making a thread may allocate.
    ///
    /// - Parameter body: is given the address of the heap's state, on the new thread; calls ``runWorker(for:)``.
    @inline(__always)
    package func startWorkerIfWanted(_ body: @convention(c) (UnsafeMutableRawPointer) -> Void) {
        if state.pointee.worker.isWanted.load(ordering: .relaxed) { startWorker(body) }
    }

    @inline(never)
    private func startWorker(_ body: @convention(c) (UnsafeMutableRawPointer) -> Void) {
        state.pointee.worker.lock.lock()
        let starts =
            !state.pointee.worker.isRunning.load(ordering: .relaxed)
            && !state.pointee.worker.shouldStop.load(ordering: .relaxed)
            && state.pointee.worker.isWanted.load(ordering: .relaxed)
        if starts { state.pointee.worker.isRunning.store(true, ordering: .relaxed) }
        state.pointee.worker.isWanted.store(false, ordering: .relaxed)
        state.pointee.worker.lock.unlock()
        guard starts else { return }
        if startThread(body, UnsafeMutableRawPointer(state)) { return }
        // No thread to be had: without a worker the heap works, and the next growth tries again. Whoever waits for the
        // worker's end waits for none.
        state.pointee.worker.lock.lock()
        state.pointee.worker.isRunning.store(false, ordering: .relaxed)
        if state.pointee.worker.shouldStop.load(ordering: .relaxed) {
            state.pointee.worker.ended.store(1, ordering: .releasing)
            withUnsafePointer(to: state.pointee.worker.ended) { state.pointee.system.wake($0) }
        }
        state.pointee.worker.lock.unlock()
    }

    private func startThread(
        _ body: @convention(c) (UnsafeMutableRawPointer) -> Void, _ argument: UnsafeMutableRawPointer
    ) -> Bool {
        let name: StaticString = "pageheap"
        return name.withUTF8Buffer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                guard let text = text.baseAddress else { return false }
                return pageheap_start_thread(body, argument, text) == 0
            }
        }
    }

    /// Ends the worker, and waits until it has ended. No new one will start. No lock is held.
    package func stopWorker() {
        state.pointee.worker.lock.lock()
        state.pointee.worker.shouldStop.store(true, ordering: .relaxed)
        let isRunning = state.pointee.worker.isRunning.load(ordering: .relaxed)
        state.pointee.worker.lock.unlock()
        guard isRunning else { return }
        wakeWorker()
        while state.pointee.worker.ended.load(ordering: .acquiring) == 0 {
            withUnsafePointer(to: state.pointee.worker.ended) {
                _ = state.pointee.system.wait($0, while: 0, nanoseconds: -1)
            }
        }
    }
}
