/// All that is known of a run after its end.
struct RunOutcome: Sendable {
    let ending: ProcessEnding
    /// From the program's start to its end, in seconds.
    let wallSeconds: Double
    /// Of the program and those of its descendants that ended before it.
    let use: ResourceUse
    /// What the tool itself had used at its largest, with some tolerance. Up to there the kernel's high-water mark of
    /// the program may be the tool's own, as the program started out in the tool's memory.
    let residentFloor: ByteCount
    let samples: [MemorySample]
    /// How many of the samples that were taken each kept one stands for.
    let samplesMerged: Int
    let integral: ResidentIntegral
    let heap: HeapFigures
    /// The most CPU time that all scavengers together were seen to have used in ten seconds, in nanoseconds.
    let mostScavengerNanoseconds: UInt64
    /// Whether any process published figures.
    let hasHeapFigures: Bool
    /// How many processes did.
    let publishingProcesses: Int
    /// The most processes seen at one time.
    let mostProcesses: Int
    /// Descendants that lived on after the program.
    let processesLeft: Int
    /// A version of statistics pages that this tool cannot read.
    let unreadableVersion: UInt32?
    /// A signal that asked the tool to end meanwhile, the program having been told or not.
    var endRequest: Int32?

    /// The most that was resident, and how that is known.
    var peak: (bytes: ByteCount, source: PeakSource) {
        let highWaterMark = use.largestResident
        if highWaterMark > residentFloor, highWaterMark > integral.peak { return (highWaterMark, .kernel) }
        return (integral.peak, .samples)
    }
}

/// Where a peak comes from.
enum PeakSource: String, Codable, Sendable {
    /// The largest sum over all processes that a sample saw.
    case samples
    /// The kernel's high-water mark of the largest single process, which no sample reached.
    case kernel
}
