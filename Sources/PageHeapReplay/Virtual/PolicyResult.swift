/// What a replay under one policy has shown. Sizes are in bytes, times in seconds of virtual time.
package struct PolicyResult: Hashable, Sendable {
    /// The policy's settings, or `default`.
    package var policy: String
    package var counts: EventCounts
    /// Whether the trace was replayed to its end.
    package var isComplete: Bool
    /// The time of the last event.
    package var seconds: Double
    /// The time that passed after it.
    package var idleSeconds: Double
    /// The most physical memory of the heap, its metadata included, and when that was.
    package var peakResidentBytes: UInt64
    package var peakSeconds: Double
    /// The most that the program held, as it asked for it.
    package var peakInUseBytes: UInt64
    /// Resident memory and bytes in use after the last event, and resident memory after the idle time.
    package var finalResidentBytes: UInt64
    package var finalInUseBytes: UInt64
    package var idleResidentBytes: UInt64
    /// Resident memory added up until the end of the idle time, in byte-seconds.
    package var residentByteSeconds: Double
    /// Page faults until the end of the idle time.
    package var faults: UInt64
    /// Physical memory that was given back, and the part of it that was needed again.
    package var releasedBytes: UInt64
    package var refaultedBytes: UInt64
    /// CPU seconds that releases took: the worker's, and those in allocations. A search costs nothing here.
    package var workerCPUSeconds: Double
    package var callerCPUSeconds: Double
    /// CPU seconds of the faults.
    package var faultCPUSeconds: Double
    package var curve: [ReplayCurve.Point]

    /// Resident memory in CPU seconds, at the exchange rate.
    package var memoryCost: Double { residentByteSeconds / ReplayMachine.bytesPerProcessor }

    /// What the replay cost: memory, releases and faults, in CPU seconds.
    package var cost: Double { memoryCost + workerCPUSeconds + callerCPUSeconds + faultCPUSeconds }

    /// The mean until the end of the idle time.
    package var meanResidentBytes: UInt64 {
        let whole = seconds + idleSeconds
        return whole > 0 ? UInt64(residentByteSeconds / whole) : finalResidentBytes
    }

    init(
        _ policy: ReplayPolicy, _ counts: EventCounts, end: ReplayMeter, idle: ReplayMeter, _ system: ReplaySystem,
        isComplete: Bool
    ) {
        self.policy = policy.name
        self.counts = counts
        self.isComplete = isComplete
        seconds = Double(end.now) * 1e-9
        idleSeconds = Double(idle.now - end.now) * 1e-9
        peakResidentBytes = idle.peakResident
        peakSeconds = Double(idle.peakTime) * 1e-9
        peakInUseBytes = end.peakInUse
        finalResidentBytes = end.resident
        finalInUseBytes = end.inUse
        idleResidentBytes = idle.resident
        residentByteSeconds = idle.residentByteSeconds
        faults = UInt64(system.faults.all)
        releasedBytes = UInt64(system.releasedPages) * UInt64(ReplayMachine.pageBytes)
        refaultedBytes = UInt64(system.faults.again) * UInt64(ReplayMachine.pageBytes)
        workerCPUSeconds = Double(system.releaseNanoseconds.worker) * 1e-9
        callerCPUSeconds = Double(system.releaseNanoseconds.callers) * 1e-9
        faultCPUSeconds = Double(faults) * ReplayMachine.faultNanoseconds * 1e-9
        curve = idle.curve.points
    }
}
