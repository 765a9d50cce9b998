import Glibc

/// The resource use of processes, summed over those that have ended.
struct ResourceUse: Hashable, Sendable {
    var userSeconds = 0.0
    var systemSeconds = 0.0
    var minorFaults: UInt64 = 0
    var majorFaults: UInt64 = 0
    /// The resident high-water mark of the largest single process, from the kernel.
    var largestResident = ByteCount.zero

    var seconds: Double { userSeconds + systemSeconds }
}

extension ResourceUse {
    init(_ usage: rusage) {
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
        userSeconds = seconds(usage.ru_utime)
        systemSeconds = seconds(usage.ru_stime)
        minorFaults = UInt64(max(usage.ru_minflt, 0))
        majorFaults = UInt64(max(usage.ru_majflt, 0))
        largestResident = ByteCount(UInt64(max(usage.ru_maxrss, 0)) * 1024)
    }

    static func += (left: inout ResourceUse, right: ResourceUse) {
        left.userSeconds += right.userSeconds
        left.systemSeconds += right.systemSeconds
        left.minorFaults += right.minorFaults
        left.majorFaults += right.majorFaults
        left.largestResident = max(left.largestResident, right.largestResident)
    }
}
