@testable import PageHeapTool

extension MemorySample {
    /// A sample in mebibytes.
    static func make(_ seconds: Double, _ resident: UInt64, inUse: UInt64 = 0, goal: UInt64? = nil) -> MemorySample {
        MemorySample(
            seconds: seconds, residentBytes: ByteCount(resident << 20), inUseBytes: ByteCount(inUse << 20),
            retainedBytes: ByteCount(inUse << 20), goalBytes: goal.map { ByteCount($0 << 20) })
    }
}

extension RunResult {
    /// A run with known figures.
    static func make(
        command: [String] = ["program"], samples: [MemorySample], wallSeconds: Double = 10, published: Bool = true
    ) -> RunResult {
        RunResult(
            pageheapVersion: "1.2.3", command: command, startedAt: "2026-01-02T03:04:05Z", exitCode: 0, signal: nil,
            wallSeconds: wallSeconds, cpuSeconds: 5, userCPUSeconds: 4, systemCPUSeconds: 1, processors: 2,
            scavengerCPUSeconds: 0.05, scavengerPeak10sCPUSeconds: 0.04, scavengerWakeUps: 12, controllerResets: 0,
            assistCPUSeconds: 0, forcedReleaseCPUSeconds: 0,
            minorPageFaults: 1234, majorPageFaults: 0, processes: 1, publishingProcesses: published ? 1 : 0,
            processesLeftRunning: 0, heapFiguresPublished: published, note: nil,
            peakResidentBytes: samples.map(\.residentBytes).max() ?? .zero, peakResidentSource: .samples,
            meanResidentBytes: ByteCount(50 << 20), finalResidentBytes: samples.last?.residentBytes ?? .zero,
            residentByteSeconds: 1e9, releasedBytes: ByteCount(90 << 20),
            releasedInBackgroundBytes: ByteCount(90 << 20), releasedForGrowthBytes: .zero,
            releasedForLimitBytes: .zero, releasedOnRequestBytes: .zero, releasedInSpansBytes: .zero,
            reusedWithin1sBytes: .zero, reusedWithin10sBytes: ByteCount(9 << 20),
            reusedWithin60sBytes: ByteCount(9 << 20), releaseCalls: 42, releaseFailures: 0,
            heapLockHoldP999Nanoseconds: 2048, memoryLimitBytes: nil,
            finalInUseBytes: ByteCount(4 << 20), finalLiveBytes: ByteCount(3 << 20),
            finalRetainedBytes: ByteCount(5 << 20), intervalMilliseconds: 100, samplesMerged: 1, samples: samples)
    }
}
