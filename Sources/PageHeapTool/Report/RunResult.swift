import Foundation

/// The figures of a run, as `--json` writes them; summary and report are made from them too. Bytes and seconds.
struct RunResult: Hashable, Sendable {
    var pageheapVersion: String
    /// The program and its arguments.
    var command: [String]
    /// When the program was started, as ISO 8601 in UTC.
    var startedAt: String
    /// The code that the tool ends with: the program's own, or 128 and the signal's number.
    var exitCode: Int32
    /// The signal that killed the program, if one did.
    var signal: Int32?
    var wallSeconds: Double
    /// User and system time of the program and of its descendants that ended before it.
    var cpuSeconds: Double
    var userCPUSeconds: Double
    var systemCPUSeconds: Double
    /// Processors that the run could use: what shares of the machine are measured by.
    var processors: Int
    /// The CPU time of all processes' scavengers; part of `cpuSeconds`.
    var scavengerCPUSeconds: Double
    /// The most of it that was seen to fall in ten seconds.
    var scavengerPeak10sCPUSeconds: Double
    /// How often the scavengers woke up, and how often the controllers that pace them failed.
    var scavengerWakeUps: UInt64
    var controllerResets: UInt64
    /// CPU time of allocations that gave other memory back, and of releases on request; part of `cpuSeconds`.
    var assistCPUSeconds: Double
    var forcedReleaseCPUSeconds: Double
    var minorPageFaults: UInt64
    var majorPageFaults: UInt64
    /// The most processes that were seen at one time.
    var processes: Int
    /// How many processes published figures of their heap.
    var publishingProcesses: Int
    /// Descendants that lived on after the program. Their CPU time and page faults are not in the figures.
    var processesLeftRunning: Int
    /// Whether any process published figures. If not, all figures of the heap are zero.
    var heapFiguresPublished: Bool
    /// What a reader of the figures has to know, if there is something.
    var note: String?
    var peakResidentBytes: ByteCount
    var peakResidentSource: PeakSource
    /// Over time.
    var meanResidentBytes: ByteCount
    /// In the last sample before the end.
    var finalResidentBytes: ByteCount
    var residentByteSeconds: Double
    /// Ever given back to the system: the sum of the five that follow.
    var releasedBytes: ByteCount
    var releasedInBackgroundBytes: ByteCount
    var releasedForGrowthBytes: ByteCount
    var releasedForLimitBytes: ByteCount
    var releasedOnRequestBytes: ByteCount
    var releasedInSpansBytes: ByteCount
    /// Used again within 1, 10 and 60 seconds after it was given back, about; each is among the next. What was released
    /// in spans is not counted.
    var reusedWithin1sBytes: ByteCount
    var reusedWithin10sBytes: ByteCount
    var reusedWithin60sBytes: ByteCount
    /// System calls that gave memory back, and ranges that the kernel refused to take.
    var releaseCalls: UInt64
    var releaseFailures: UInt64
    /// 99.9 % of the measured holds of a heap's lock were shorter than this, requests apart; of the heap where it is the
    /// longest. A power of two, so up to twice the truth; 0 where nothing was measured.
    var heapLockHoldP999Nanoseconds: UInt64
    /// What the processes' heaps and their books should have from the system at most: of those that count for the levels
    /// below, together. Null where there is no limit.
    var memoryLimitBytes: ByteCount?
    /// The last published levels; of the program itself those at its end.
    var finalInUseBytes: ByteCount
    var finalLiveBytes: ByteCount
    var finalRetainedBytes: ByteCount
    var intervalMilliseconds: Int
    /// How many of the samples that were taken each one here stands for: the one with the most resident memory.
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

    /// Every key is always there: what there is not is null.
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

    /// The JSON text, keys in order.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
