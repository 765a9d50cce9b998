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
