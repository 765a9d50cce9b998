import FoundationEssentials

extension RunResult {
    /// Creates the result of a run from its outcome.
    ///
    /// - Parameters:
    ///   - settings: the `PAGEHEAP_` variables that the program was started with.
    ///   - startedAt: the time when the program was started.
    init(
        _ outcome: RunOutcome, command: [String], settings: [String], startedAt: Date, interval: Duration,
        version: String
    ) {
        let peak = outcome.peak
        self.init(
            pageheapVersion: version,
            command: command,
            settings: settings,
            startedAt: startedAt.formatted(.iso8601),
            exitCode: outcome.ending.exitCode,
            signal: outcome.ending.signal,
            wallSeconds: outcome.wallSeconds,
            cpuSeconds: outcome.use.seconds,
            userCPUSeconds: outcome.use.userSeconds,
            systemCPUSeconds: outcome.use.systemSeconds,
            processors: ProcessInfo.processInfo.activeProcessorCount,
            scavengerPeakMinuteCPUSeconds: Double(outcome.mostScavengerNanoseconds) * 1e-9,
            minorPageFaults: outcome.use.minorFaults,
            majorPageFaults: outcome.use.majorFaults,
            processes: outcome.mostProcesses,
            publishingProcesses: outcome.publishingProcesses,
            processesLeftRunning: outcome.processesLeft,
            heapFiguresPublished: outcome.hasHeapFigures,
            processesWithoutLibrary: outcome.census?.strangerCount ?? 0,
            largestProcessWithoutLibrary: outcome.census?.largestStranger,
            peakResidentWithoutLibraryBytes: outcome.census?.strangersPeak ?? .zero,
            heapPeakRetainedBytes: outcome.heapPeak.retained,
            heapPeakReturnedBytes: outcome.heapPeak.cameBack(until: outcome.heap),
            notes: RunNotes(outcome).all,
            peakResidentBytes: peak?.bytes,
            peakResidentSource: peak?.source,
            meanResidentBytes: outcome.integral.mean(endingAt: outcome.wallSeconds),
            finalResidentBytes: outcome.samplesTaken > 1 ? outcome.samples.last?.residentBytes : nil,
            residentByteSeconds: outcome.integral.total(endingAt: outcome.wallSeconds),
            heap: outcome.heap,
            heapLockHoldP999Nanoseconds: outcome.heap.usualHoldNanoseconds,
            intervalMilliseconds: Int(interval.inNanoseconds / 1_000_000),
            samplesTaken: outcome.samplesTaken,
            samplesMerged: outcome.samplesMerged,
            samples: outcome.samples,
            processHistory: outcome.processHistory,
            heapMaps: outcome.maps)
    }
}
