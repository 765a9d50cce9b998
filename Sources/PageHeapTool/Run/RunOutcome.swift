/// The raw results of a run.
struct RunOutcome: Sendable {
    /// The program's process identifier.
    var process: Int32 = 0
    let ending: ProcessEnding
    /// The time from the program's start to its end, in seconds.
    let wallSeconds: Double
    /// The resource use of the program and of its descendants that ended before it.
    let use: ResourceUse
    /// The value up to which the kernel's mark for the program says nothing; see `ChildProcess`.
    let residentFloor: ByteCount
    let samples: [MemorySample]
    var processHistory = ProcessCurves()
    let samplesTaken: Int
    /// How many original samples each kept sample stands for.
    let samplesMerged: Int
    let integral: ResidentIntegral
    let heap: HeapFigures
    let heapPeak: HeapPeak
    /// The most CPU time of all scavengers together that was observed in a minute, in nanoseconds.
    let mostScavengerNanoseconds: UInt64
    /// Whether any process published statistics.
    let hasHeapFigures: Bool
    /// The number of processes that published statistics.
    let publishingProcesses: Int
    /// The processes that had the malloc library, and those that did not; nil if none was to be loaded.
    let census: LibraryCensus?
    /// The largest number of processes observed at one time.
    let mostProcesses: Int
    /// The number of descendants that were still running when the program had ended.
    let processesLeft: Int
    /// A version of statistics pages that this tool cannot read, if there was one.
    let unreadableVersion: UInt32?
    /// A signal that asked the tool to end during the run, whether or not it was passed on to the program.
    var endRequest: Int32?
    /// The profiles of sampled allocations that processes wrote, and what was wrong with others; nil if none were wanted.
    var profile: ProfileFolder.Content?
    /// The maps of the largest heap; nil if none were wanted.
    var maps: RunMaps?

    /// The peak of resident memory, and its source; nil if it was not seen.
    var peak: (bytes: ByteCount, source: PeakSource)? {
        let highWaterMark = use.largestResident
        if highWaterMark > residentFloor, highWaterMark > integral.peak { return (highWaterMark, .kernel) }
        return integral.peak > .zero ? (integral.peak, .samples) : nil
    }
}

/// The source of a peak of resident memory.
enum PeakSource: String, Codable, Sendable {
    /// The largest sum over all processes in one sample.
    case samples
    /// The kernel's high-water mark of the largest single process, because no sample reached it.
    case kernel
}
