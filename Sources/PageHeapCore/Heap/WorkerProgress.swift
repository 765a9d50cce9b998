/// What the worker of one heap carries from round to round.
struct WorkerProgress {
    var pace: WorkerPace
    var cycle = DemandCycle(now: 0)
    /// When the worker last released enough to be worth its thread, on its own clock, in nanoseconds.
    var lastUse: Int64 = 0
    /// When callers last looked, in coarse monotonic nanoseconds, and the bytes that they might release at that moment.
    var callerLook: Int64 = 0
    var callerAllowance: Double = 0

    init(_ configuration: HeapConfiguration, reading: Int64, processorTime: Int64) {
        pace = WorkerPace(
            configuration.pacer, share: configuration.scavengeShare, reading: reading, processorTime: processorTime)
    }
}

extension Heap {
    /// The progress left by the previous worker, or a fresh one. The caller holds the worker's turn.
    func takeProgress() -> WorkerProgress {
        let reading = state.pointee.system.monotonicNanoseconds()
        let processorTime = state.pointee.system.threadProcessorNanoseconds()
        guard state.pointee.hasProgress else {
            return WorkerProgress(state.pointee.configuration, reading: reading, processorTime: processorTime)
        }
        var progress = state.pointee.progress
        progress.pace.resume(reading: reading, processorTime: processorTime)
        return progress
    }

    /// Keeps the progress for the next worker. The caller holds the worker's turn.
    func keep(_ progress: WorkerProgress) {
        state.pointee.progress = progress
        state.pointee.hasProgress = true
    }
}

/// The worker's demand state, carried from cycle to cycle.
package struct DemandCycle: Sendable {
    var estimator = DemandEstimator()
    /// When the last cycle ended, in nanoseconds of the worker's clock.
    var lastEnd: Int64
    /// When the worker last asked for the processor quota to be read; the same clock.
    var lastQuota: Int64 = 0
    /// The request count of each page cache when the last cycle ended.
    var seenRequests = InlineArray<4, UInt>(repeating: 0)
    /// Whether the last search found nothing to release.
    var foundNothing = false
    /// Whether a further cycle may have work to do even if nothing happens in the meantime.
    var hasMore = false

    /// Demand, and bytes of live blocks, when the last cycle ended.
    var seenDemand: ByteCount = 0
    var seenLive: ByteCount = 0

    package init(now: Int64) { lastEnd = now }

    /// Bytes freed since the last cycle: by the drop in demand or by that in live bytes, whichever is larger.
    func freed(demand: ByteCount, live: ByteCount) -> ByteCount {
        max(seenDemand > demand ? seenDemand - demand : 0, seenLive > live ? seenLive - live : 0)
    }

    /// Records the result of a stretch of release. If an exhausted search released nothing, another one is not worth a
    /// cycle until something happens.
    package mutating func note(released: ByteCount, isExhausted: Bool) {
        if released > 0 {
            foundNothing = false
        } else if isExhausted {
            foundNothing = true
        }
    }
}
