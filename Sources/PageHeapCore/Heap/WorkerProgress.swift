/// What the worker carries from round to round.
struct WorkerProgress {
    var clock: WorkerClock
    var pacer: Pacer
    var cycle: DemandCycle
    var share = ShareWindow()
    /// A further cycle may have something to do, even if nothing happens meanwhile.
    var hasMore = false
    /// The pacer has been told of a round.
    var hasPaced = false
    /// The CPU time of the thread that is accounted for.
    var seenProcessorTime: Int64

    init(_ configuration: HeapConfiguration, reading: Int64, processorTime: Int64) {
        clock = WorkerClock(reading: reading)
        pacer = Pacer(configuration.pacer, share: configuration.scavengeShare)
        cycle = DemandCycle(now: 0)
        seenProcessorTime = processorTime
    }
}
