import Foundation

extension RunResult {
    /// Creates the result of a run from its outcome.
    ///
    /// - Parameter startedAt: the time when the program was started.
    init(_ outcome: RunOutcome, command: [String], startedAt: Date, interval: Duration, version: String) {
        let peak = outcome.peak
        self.init(
            pageheapVersion: version,
            command: command,
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
            note: Self.note(on: outcome),
            peakResidentBytes: peak.bytes,
            peakResidentSource: peak.source,
            meanResidentBytes: outcome.integral.mean(endingAt: outcome.wallSeconds),
            finalResidentBytes: outcome.samples.last?.residentBytes ?? .zero,
            residentByteSeconds: outcome.integral.total(endingAt: outcome.wallSeconds),
            heap: outcome.heap,
            heapLockHoldP999Nanoseconds: outcome.heap.usualHoldNanoseconds,
            intervalMilliseconds: Int(interval.inNanoseconds / 1_000_000),
            samplesMerged: outcome.samplesMerged,
            samples: outcome.samples)
    }

    private static func note(on outcome: RunOutcome) -> String? {
        if let version = outcome.unreadableVersion {
            return "The library publishes figures of version \(version), which this tool cannot read: "
                + "tool and library must come from the same build."
        }
        if !outcome.hasHeapFigures {
            return "No process published figures of its heap, so none ran on PageHeap: "
                + "the program may have replaced its environment, or brought its own malloc."
        }
        if outcome.processesLeft > 0 {
            let count = outcome.processesLeft
            let (many, them) = count == 1 ? ("1 process was", "it") : ("\(count) processes were", "them")
            return "\(many) still running when the program ended; the tool did not wait for \(them)."
        }
        return nil
    }
}
