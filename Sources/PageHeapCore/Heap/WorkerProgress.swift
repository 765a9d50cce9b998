/// What the worker of one heap carries from round to round.
struct WorkerProgress {
    var pace: WorkerPace
    var cycle = DemandCycle(now: 0)
    /// When the worker last gave back so much that it was worth being there, on its own clock.
    var lastUse: Int64 = 0
    /// When callers looked last, in coarse monotonic nanoseconds, and the bytes that they may release as of then.
    var callerLook: Int64 = 0
    var callerAllowance: Double = 0

    init(_ configuration: HeapConfiguration, reading: Int64, processorTime: Int64) {
        pace = WorkerPace(
            configuration.pacer, share: configuration.scavengeShare, reading: reading, processorTime: processorTime)
    }
}

extension Heap {
    /// The progress of the worker before this one, or a fresh one. The caller has the worker's turn.
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

    /// Keeps the progress for the next worker. The caller has the worker's turn.
    func keep(_ progress: WorkerProgress) {
        state.pointee.progress = progress
        state.pointee.hasProgress = true
    }
}
