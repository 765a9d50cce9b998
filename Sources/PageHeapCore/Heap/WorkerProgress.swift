/// What the worker of one heap carries from round to round.
struct WorkerProgress {
    var pace: WorkerPace
    var cycle = DemandCycle(now: 0)

    init(_ configuration: HeapConfiguration, reading: Int64, processorTime: Int64) {
        pace = WorkerPace(
            configuration.pacer, share: configuration.scavengeShare, reading: reading, processorTime: processorTime)
    }
}
