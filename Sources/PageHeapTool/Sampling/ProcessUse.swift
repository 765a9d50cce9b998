import Glibc

/// CPU time and page faults of one process, or their sum over several.
struct ProcessUse: Hashable, Sendable {
    var cpuSeconds = 0.0
    var minorFaults: UInt64 = 0
    var majorFaults: UInt64 = 0

    static func + (left: ProcessUse, right: ProcessUse) -> ProcessUse {
        ProcessUse(
            cpuSeconds: left.cpuSeconds + right.cpuSeconds, minorFaults: left.minorFaults &+ right.minorFaults,
            majorFaults: left.majorFaults &+ right.majorFaults)
    }

    static func += (left: inout ProcessUse, right: ProcessUse) { left = left + right }

    /// Returns the difference; zero for what would be negative.
    static func - (left: ProcessUse, right: ProcessUse) -> ProcessUse {
        ProcessUse(
            cpuSeconds: max(left.cpuSeconds - right.cpuSeconds, 0),
            minorFaults: left.minorFaults > right.minorFaults ? left.minorFaults - right.minorFaults : 0,
            majorFaults: left.majorFaults > right.majorFaults ? left.majorFaults - right.majorFaults : 0)
    }

    /// Returns the greater of each figure.
    static func larger(_ one: ProcessUse, _ other: ProcessUse) -> ProcessUse {
        ProcessUse(
            cpuSeconds: max(one.cpuSeconds, other.cpuSeconds), minorFaults: max(one.minorFaults, other.minorFaults),
            majorFaults: max(one.majorFaults, other.majorFaults))
    }

    /// Returns the lesser of each figure.
    static func smaller(_ one: ProcessUse, _ other: ProcessUse) -> ProcessUse {
        ProcessUse(
            cpuSeconds: min(one.cpuSeconds, other.cpuSeconds), minorFaults: min(one.minorFaults, other.minorFaults),
            majorFaults: min(one.majorFaults, other.majorFaults))
    }
}

extension ProcessUse {
    init(_ use: ResourceUse) {
        self.init(cpuSeconds: use.seconds, minorFaults: use.minorFaults, majorFaults: use.majorFaults)
    }

    /// Returns the CPU time of a process to the nanosecond, for which `/proc/PID/stat` has ticks of 10 ms. Returns nil if
    /// the process is gone.
    static func clockSeconds(of process: Int32) -> Double? {
        // The kernel has no higher identifiers; the C library would cut them off, and read another process's clock.
        guard (1...1 << 22).contains(process) else { return nil }
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else { return nil }
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
