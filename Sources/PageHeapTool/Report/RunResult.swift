import Foundation

/// The result of a run, as `--json` writes it. The summary and the report are made from it, too. Sizes are in
/// bytes, times in seconds.
struct RunResult: Hashable, Sendable {
    var pageheapVersion: String
    /// The program and its arguments.
    var command: [String]
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
    /// The CPU time of all processes' scavengers; part of `cpuSeconds`.
    var scavengerCPUSeconds: Double
    /// The most scavenger CPU time that was observed in ten seconds.
    var scavengerPeak10sCPUSeconds: Double
    /// How often the scavengers woke up, and how often the controllers that pace them failed.
    var scavengerWakeUps: UInt64
    var controllerResets: UInt64
    /// The CPU time of allocations that released other memory, and of releases on request; part of `cpuSeconds`.
    var assistCPUSeconds: Double
    var forcedReleaseCPUSeconds: Double
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
    /// What a reader of the figures must know, if anything.
    var note: String?
    var peakResidentBytes: ByteCount
    var peakResidentSource: PeakSource
    /// The mean over time.
    var meanResidentBytes: ByteCount
    /// The value of the last sample before the end.
    var finalResidentBytes: ByteCount
    var residentByteSeconds: Double
    /// All bytes released to the system: the sum of the next five.
    var releasedBytes: ByteCount
    var releasedInBackgroundBytes: ByteCount
    var releasedForGrowthBytes: ByteCount
    var releasedForLimitBytes: ByteCount
    var releasedOnRequestBytes: ByteCount
    var releasedInSpansBytes: ByteCount
    /// Bytes used again within about 1, 10 and 60 seconds after their release. Each figure includes the one before.
    /// What was released in spans is not counted.
    var reusedWithin1sBytes: ByteCount
    var reusedWithin10sBytes: ByteCount
    var reusedWithin60sBytes: ByteCount
    /// System calls that released memory, and ranges that the kernel refused to release.
    var releaseCalls: UInt64
    var releaseFailures: UInt64
    /// The 99.9th percentile of the sampled hold times of a heap's lock, outside releases on request; the longest of
    /// all heaps. Rounded up to a power of two; 0 without samples.
    var heapLockHoldP999Nanoseconds: UInt64
    /// The sum of the memory limits of the heaps that count for the levels below. A limit applies to retained memory
    /// plus metadata. Null if there is no limit.
    var memoryLimitBytes: ByteCount?
    /// The last published levels; for the program itself, those at its end.
    var finalInUseBytes: ByteCount
    var finalLiveBytes: ByteCount
    var finalRetainedBytes: ByteCount
    var intervalMilliseconds: Int
    /// How many original samples each kept sample stands for. The one with the most resident memory is kept.
    var samplesMerged: Int
    var samples: [MemorySample]
}

extension RunResult: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case pageheapVersion, command, startedAt, exitCode, signal, wallSeconds, cpuSeconds, userCPUSeconds
        case systemCPUSeconds, processors, scavengerCPUSeconds, scavengerPeak10sCPUSeconds, scavengerWakeUps
        case controllerResets, assistCPUSeconds, forcedReleaseCPUSeconds
        case minorPageFaults, majorPageFaults, processes, publishingProcesses
        case processesLeftRunning, heapFiguresPublished, note, peakResidentBytes, peakResidentSource
        case meanResidentBytes, finalResidentBytes, residentByteSeconds, releasedBytes, releasedInBackgroundBytes
        case releasedForGrowthBytes, releasedForLimitBytes, releasedOnRequestBytes, releasedInSpansBytes
        case reusedWithin1sBytes, reusedWithin10sBytes, reusedWithin60sBytes, releaseCalls, releaseFailures
        case heapLockHoldP999Nanoseconds, memoryLimitBytes
        case finalInUseBytes, finalLiveBytes, finalRetainedBytes, intervalMilliseconds, samplesMerged, samples
    }

    /// Encodes the result. Every key is always present; absent values are null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pageheapVersion, forKey: .pageheapVersion)
        try container.encode(command, forKey: .command)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(exitCode, forKey: .exitCode)
        try container.encode(signal, forKey: .signal)
        try container.encode(wallSeconds, forKey: .wallSeconds)
        try container.encode(cpuSeconds, forKey: .cpuSeconds)
        try container.encode(userCPUSeconds, forKey: .userCPUSeconds)
        try container.encode(systemCPUSeconds, forKey: .systemCPUSeconds)
        try container.encode(processors, forKey: .processors)
        try container.encode(scavengerCPUSeconds, forKey: .scavengerCPUSeconds)
        try container.encode(scavengerPeak10sCPUSeconds, forKey: .scavengerPeak10sCPUSeconds)
        try container.encode(scavengerWakeUps, forKey: .scavengerWakeUps)
        try container.encode(controllerResets, forKey: .controllerResets)
        try container.encode(assistCPUSeconds, forKey: .assistCPUSeconds)
        try container.encode(forcedReleaseCPUSeconds, forKey: .forcedReleaseCPUSeconds)
        try container.encode(minorPageFaults, forKey: .minorPageFaults)
        try container.encode(majorPageFaults, forKey: .majorPageFaults)
        try container.encode(processes, forKey: .processes)
        try container.encode(publishingProcesses, forKey: .publishingProcesses)
        try container.encode(processesLeftRunning, forKey: .processesLeftRunning)
        try container.encode(heapFiguresPublished, forKey: .heapFiguresPublished)
        try container.encode(note, forKey: .note)
        try container.encode(peakResidentBytes, forKey: .peakResidentBytes)
        try container.encode(peakResidentSource, forKey: .peakResidentSource)
        try container.encode(meanResidentBytes, forKey: .meanResidentBytes)
        try container.encode(finalResidentBytes, forKey: .finalResidentBytes)
        try container.encode(residentByteSeconds, forKey: .residentByteSeconds)
        try container.encode(releasedBytes, forKey: .releasedBytes)
        try container.encode(releasedInBackgroundBytes, forKey: .releasedInBackgroundBytes)
        try container.encode(releasedForGrowthBytes, forKey: .releasedForGrowthBytes)
        try container.encode(releasedForLimitBytes, forKey: .releasedForLimitBytes)
        try container.encode(releasedOnRequestBytes, forKey: .releasedOnRequestBytes)
        try container.encode(releasedInSpansBytes, forKey: .releasedInSpansBytes)
        try container.encode(reusedWithin1sBytes, forKey: .reusedWithin1sBytes)
        try container.encode(reusedWithin10sBytes, forKey: .reusedWithin10sBytes)
        try container.encode(reusedWithin60sBytes, forKey: .reusedWithin60sBytes)
        try container.encode(releaseCalls, forKey: .releaseCalls)
        try container.encode(releaseFailures, forKey: .releaseFailures)
        try container.encode(heapLockHoldP999Nanoseconds, forKey: .heapLockHoldP999Nanoseconds)
        try container.encode(memoryLimitBytes, forKey: .memoryLimitBytes)
        try container.encode(finalInUseBytes, forKey: .finalInUseBytes)
        try container.encode(finalLiveBytes, forKey: .finalLiveBytes)
        try container.encode(finalRetainedBytes, forKey: .finalRetainedBytes)
        try container.encode(intervalMilliseconds, forKey: .intervalMilliseconds)
        try container.encode(samplesMerged, forKey: .samplesMerged)
        try container.encode(samples, forKey: .samples)
    }

    /// Returns the JSON text, with sorted keys.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
