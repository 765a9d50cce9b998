import FoundationEssentials

/// The result of a run, as `--json` writes it. The summary and the report are made from it, too. Sizes are in
/// bytes, times in seconds.
struct RunResult: Hashable, Sendable {
    var pageheapVersion: String
    /// The program and its arguments.
    var command: [String]
    /// The `PAGEHEAP_` variables that the program was started with, as `NAME=value`.
    var settings: [String]
    /// The time when the program was started, as ISO 8601 in UTC.
    var startedAt: String
    /// The tool's exit code: the program's own, or 128 plus the signal's number.
    var exitCode: Int32
    /// The signal that killed the program, if one did.
    var signal: Int32?
    var wallSeconds: Double
    /// The user and system time of the program and of its descendants that ended before it.
    var cpuSeconds: Double
    var userCPUSeconds: Double
    var systemCPUSeconds: Double
    /// The number of processors that the run could use, to which shares of the machine refer.
    var processors: Int
    /// The most scavenger CPU time that was observed in a minute.
    var scavengerPeakMinuteCPUSeconds: Double
    var minorPageFaults: UInt64
    var majorPageFaults: UInt64
    /// The largest number of processes observed at one time.
    var processes: Int
    /// The number of processes that published statistics of their heap.
    var publishingProcesses: Int
    /// The number of descendants that were still running when the program had ended. Their CPU time and page faults are
    /// not in the figures.
    var processesLeftRunning: Int
    /// Whether any process published statistics. If not, all figures of the heap are zero.
    var heapFiguresPublished: Bool
    /// How many processes were seen without the library, and the one of them with the most resident memory.
    var processesWithoutLibrary: Int
    var largestProcessWithoutLibrary: LibraryCensus.Stranger?
    /// The most resident memory that the processes without the library had in one sample.
    var peakResidentWithoutLibraryBytes: ByteCount
    /// The most that all heaps together retained in one sample, as far as it was resident; and how much of that they gave
    /// back until the end and did not take again.
    var heapPeakRetainedBytes: ByteCount
    var heapPeakReturnedBytes: ByteCount
    /// What a reader of the figures must know.
    var notes: [String]
    /// Resident memory: the peak, and its source; the mean over time; the value of the last sample before the end. nil if
    /// the program ended before it was seen, or was seen only once.
    var peakResidentBytes: ByteCount?
    var peakResidentSource: PeakSource?
    var meanResidentBytes: ByteCount?
    var finalResidentBytes: ByteCount?
    var residentByteSeconds: Double?
    /// The figures of all heaps together, by the names of `Documentation/figures.md`: the totals of all processes, and
    /// the last published levels; for the program itself, those at its end. The CPU times are part of `cpuSeconds`.
    var heap: HeapFigures
    /// The 99.9th percentile of the sampled hold times of the heaps' locks, outside releases on request. Rounded up to
    /// a power of two; 0 without samples.
    var heapLockHoldP999Nanoseconds: UInt64
    /// The least time between two samples, as it was asked for. The first interval has more samples.
    var intervalMilliseconds: Int
    /// The number of samples that were taken.
    var samplesTaken: Int
    /// How many original samples each kept sample stands for. The one with the most resident memory is kept.
    var samplesMerged: Int
    var samples: [MemorySample]
    /// The curves of single processes.
    var processHistory = ProcessCurves()
    /// Maps of the largest heap; nil if none were wanted.
    var heapMaps: RunMaps?
}

extension RunResult: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case pageheapVersion, command, settings, startedAt, exitCode, signal, wallSeconds, cpuSeconds, userCPUSeconds
        case systemCPUSeconds, processors, scavengerPeakMinuteCPUSeconds
        case minorPageFaults, majorPageFaults, processes, publishingProcesses
        case processesLeftRunning, heapFiguresPublished, processesWithoutLibrary, largestProcessWithoutLibrary
        case peakResidentWithoutLibraryBytes, heapPeakRetainedBytes, heapPeakReturnedBytes
        case notes, peakResidentBytes, peakResidentSource
        case meanResidentBytes, finalResidentBytes, residentByteSeconds, heap, heapLockHoldP999Nanoseconds
        case intervalMilliseconds, samplesTaken, samplesMerged, samples, processHistory, heapMaps
    }

    /// Encodes the result. Every key is always present; absent values are null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pageheapVersion, forKey: .pageheapVersion)
        try container.encode(command, forKey: .command)
        try container.encode(settings, forKey: .settings)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(exitCode, forKey: .exitCode)
        try container.encode(signal, forKey: .signal)
        try container.encode(wallSeconds, forKey: .wallSeconds)
        try container.encode(cpuSeconds, forKey: .cpuSeconds)
        try container.encode(userCPUSeconds, forKey: .userCPUSeconds)
        try container.encode(systemCPUSeconds, forKey: .systemCPUSeconds)
        try container.encode(processors, forKey: .processors)
        try container.encode(scavengerPeakMinuteCPUSeconds, forKey: .scavengerPeakMinuteCPUSeconds)
        try container.encode(minorPageFaults, forKey: .minorPageFaults)
        try container.encode(majorPageFaults, forKey: .majorPageFaults)
        try container.encode(processes, forKey: .processes)
        try container.encode(publishingProcesses, forKey: .publishingProcesses)
        try container.encode(processesLeftRunning, forKey: .processesLeftRunning)
        try container.encode(heapFiguresPublished, forKey: .heapFiguresPublished)
        try container.encode(processesWithoutLibrary, forKey: .processesWithoutLibrary)
        try container.encode(largestProcessWithoutLibrary, forKey: .largestProcessWithoutLibrary)
        try container.encode(peakResidentWithoutLibraryBytes, forKey: .peakResidentWithoutLibraryBytes)
        try container.encode(heapPeakRetainedBytes, forKey: .heapPeakRetainedBytes)
        try container.encode(heapPeakReturnedBytes, forKey: .heapPeakReturnedBytes)
        try container.encode(notes, forKey: .notes)
        try container.encode(peakResidentBytes, forKey: .peakResidentBytes)
        try container.encode(peakResidentSource, forKey: .peakResidentSource)
        try container.encode(meanResidentBytes, forKey: .meanResidentBytes)
        try container.encode(finalResidentBytes, forKey: .finalResidentBytes)
        try container.encode(residentByteSeconds, forKey: .residentByteSeconds)
        try container.encode(heap, forKey: .heap)
        try container.encode(heapLockHoldP999Nanoseconds, forKey: .heapLockHoldP999Nanoseconds)
        try container.encode(intervalMilliseconds, forKey: .intervalMilliseconds)
        try container.encode(samplesTaken, forKey: .samplesTaken)
        try container.encode(samplesMerged, forKey: .samplesMerged)
        try container.encode(samples, forKey: .samples)
        try container.encode(processHistory, forKey: .processHistory)
        try container.encode(heapMaps, forKey: .heapMaps)
    }

    /// How often memory was sampled, in words: the tool may skip samples, and a short run has few.
    var sampling: String {
        switch samplesTaken {
        case 0: "not sampled"
        case 1: "sampled once"
        default:
            "sampled \(KeyFigure.grouped(UInt64(samplesTaken))) times, "
                + "every \(TimeText.describe(seconds: wallSeconds / Double(samplesTaken))) on average"
        }
    }

    /// Returns the JSON text, with sorted keys.
    func json() throws -> [UInt8] {
        try JSONText.bytes(of: self, .run)
    }
}
