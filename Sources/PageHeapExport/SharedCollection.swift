import Dispatch
import NIOCore
import Synchronization

/// Collects figures for all requests that come in at about the same time, on a thread of its own.
///
/// However many clients ask however often, one collection runs at a time, and a new one begins only if the figures of the
/// last one are no longer fresh.
final class SharedCollection: Sendable {
    /// The reason why a request got no figures.
    enum Failure: Error { case takesTooLong }

    private struct State {
        var snapshot: (any MetricsSnapshot)?
        var collectedAt = NIODeadline.distantPast
        /// When the collection that runs began.
        var runningSince: NIODeadline?
        var waiting: [UInt64: EventLoopPromise<any MetricsSnapshot>] = [:]
        var nextWaiting: UInt64 = 0
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "pageheap.export.collection")
    private let limits: ServerLimits
    private let collect: @Sendable () -> any MetricsSnapshot

    init(limits: ServerLimits, collect: @escaping @Sendable () -> any MetricsSnapshot) {
        self.limits = limits
        self.collect = collect
    }

    /// Whether the collection that runs has hung: a process that is looked at, or its file system, may block the kernel.
    var isStuck: Bool {
        state.withLock { state in state.runningSince.map { NIODeadline.now() - $0 > limits.collectionTime } ?? false }
    }

    /// Returns figures that are fresh, or the failure if they cannot be had in time.
    func snapshot(on loop: any EventLoop) -> EventLoopFuture<any MetricsSnapshot> {
        let promise = loop.makePromise(of: (any MetricsSnapshot).self)
        let (number, begins): (UInt64?, Bool) = state.withLock { state in
            let now = NIODeadline.now()
            if let snapshot = state.snapshot, now - state.collectedAt < limits.freshTime {
                promise.succeed(snapshot)
                return (nil, false)
            }
            let number = state.nextWaiting
            state.nextWaiting += 1
            state.waiting[number] = promise
            defer { if state.runningSince == nil { state.runningSince = now } }
            return (number, state.runningSince == nil)
        }
        if begins { queue.async { self.run() } }
        if let number {
            let timeout = loop.scheduleTask(in: limits.collectionTime) {
                self.state.withLock { $0.waiting.removeValue(forKey: number) }?.fail(Failure.takesTooLong)
            }
            promise.futureResult.whenComplete { _ in timeout.cancel() }
        }
        return promise.futureResult
    }

    private func run() {
        let snapshot = collect()
        let waiting = state.withLock { state in
            state.snapshot = snapshot
            state.collectedAt = .now()
            state.runningSince = nil
            defer { state.waiting = [:] }
            return state.waiting
        }
        for promise in waiting.values { promise.succeed(snapshot) }
    }
}
