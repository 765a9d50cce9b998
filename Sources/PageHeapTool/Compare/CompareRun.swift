/// The figures of one run under one allocator. Sizes are in bytes, times in seconds.
struct CompareRun: Hashable, Sendable {
    /// The number of the run's round, from 1.
    var round: Int
    var exitCode: Int32
    /// The signal that killed the program, if one did.
    var signal: Int32?
    var wallSeconds: Double
    /// The user and system time of the program and of its descendants that ended before it.
    var cpuSeconds: Double
    var userCPUSeconds: Double
    var systemCPUSeconds: Double
    var minorPageFaults: UInt64
    var majorPageFaults: UInt64
    /// Resident memory; nil if the program ended before it was seen, or was seen only once.
    var peakResidentBytes: ByteCount?
    var meanResidentBytes: ByteCount?
    var residentByteSeconds: Double?
    /// The last drop; nil if the program ended too soon after its peak.
    var lastDrop: LastDrop?
    /// Resident memory 1, 5 and 10 seconds after the last drop; nil if the program ended before.
    var residentAfter1SecondBytes: ByteCount?
    var residentAfter5SecondsBytes: ByteCount?
    var residentAfter10SecondsBytes: ByteCount?
    /// The largest process, if it did not have the allocator's library loaded.
    var largestProcessWithoutLibrary: LibraryCensus.Stranger?
    /// The curve, downsampled to what a picture can show.
    var curve: ResidentCurve

    var ending: ProcessEnding {
        signal.map(ProcessEnding.killed(signal:)) ?? .exited(code: exitCode)
    }
}

extension CompareRun {
    init(_ outcome: RunOutcome, round: Int) {
        let points = outcome.samples.map { ChartPoint(seconds: $0.seconds, bytes: $0.residentBytes.asDouble) }
        let whole = ResidentCurve(points: points, end: outcome.wallSeconds)
        let drop = LastDrop(of: points, endingAt: outcome.wallSeconds)
        func resident(after seconds: Double) -> ByteCount? {
            drop.flatMap { whole.value(atSeconds: $0.seconds + seconds) }.map { ByteCount(rounding: $0) }
        }
        self.init(
            round: round,
            exitCode: outcome.ending.exitCode,
            signal: outcome.ending.signal,
            wallSeconds: outcome.wallSeconds,
            cpuSeconds: outcome.use.seconds,
            userCPUSeconds: outcome.use.userSeconds,
            systemCPUSeconds: outcome.use.systemSeconds,
            minorPageFaults: outcome.use.minorFaults,
            majorPageFaults: outcome.use.majorFaults,
            peakResidentBytes: outcome.peak?.bytes,
            meanResidentBytes: outcome.integral.mean(endingAt: outcome.wallSeconds),
            residentByteSeconds: outcome.integral.total(endingAt: outcome.wallSeconds),
            lastDrop: drop,
            residentAfter1SecondBytes: resident(after: 1),
            residentAfter5SecondsBytes: resident(after: 5),
            residentAfter10SecondsBytes: resident(after: 10),
            largestProcessWithoutLibrary: outcome.census.flatMap { census in
                census.largestStranger.flatMap { $0.peakResidentBytes > census.largestLoaded ? $0 : nil }
            },
            curve: ResidentCurve(
                points: Downsampling.extremes(of: points, limit: MemoryChart.pointLimit), end: outcome.wallSeconds))
    }
}

extension CompareRun: Encodable {
    enum CodingKeys: String, CodingKey {
        case round, exitCode, signal, wallSeconds, cpuSeconds, userCPUSeconds, systemCPUSeconds, minorPageFaults
        case majorPageFaults, peakResidentBytes, meanResidentBytes, residentByteSeconds, lastDropSeconds
        case lastDropIsFall, residentAfter1SecondBytes, residentAfter5SecondsBytes, residentAfter10SecondsBytes
        case largestProcessWithoutLibrary
    }

    /// Encodes the figures. Every key is always present; absent values are null. The curve is not encoded here, but
    /// only for the allocator's median run, with the allocator.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(round, forKey: .round)
        try container.encode(exitCode, forKey: .exitCode)
        try container.encode(signal, forKey: .signal)
        try container.encode(wallSeconds, forKey: .wallSeconds)
        try container.encode(cpuSeconds, forKey: .cpuSeconds)
        try container.encode(userCPUSeconds, forKey: .userCPUSeconds)
        try container.encode(systemCPUSeconds, forKey: .systemCPUSeconds)
        try container.encode(minorPageFaults, forKey: .minorPageFaults)
        try container.encode(majorPageFaults, forKey: .majorPageFaults)
        try container.encode(peakResidentBytes, forKey: .peakResidentBytes)
        try container.encode(meanResidentBytes, forKey: .meanResidentBytes)
        try container.encode(residentByteSeconds, forKey: .residentByteSeconds)
        try container.encode(lastDrop?.seconds, forKey: .lastDropSeconds)
        try container.encode(lastDrop?.isFall, forKey: .lastDropIsFall)
        try container.encode(residentAfter1SecondBytes, forKey: .residentAfter1SecondBytes)
        try container.encode(residentAfter5SecondsBytes, forKey: .residentAfter5SecondsBytes)
        try container.encode(residentAfter10SecondsBytes, forKey: .residentAfter10SecondsBytes)
        try container.encode(largestProcessWithoutLibrary, forKey: .largestProcessWithoutLibrary)
    }
}
