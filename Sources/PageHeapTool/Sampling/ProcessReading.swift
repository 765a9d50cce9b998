import Glibc

/// What one reading of `/proc/PID/stat` tells of a process. A zombie has no memory any more, but still its CPU time and
/// faults, until its parent waits for it and takes them over.
struct ProcessReading: Hashable, Sendable {
    let identity: ProcessIdentity
    /// The name of the program, as the process last set it.
    let name: String
    let isZombie: Bool
    /// What the process used itself, also for programs that it executed before.
    let own: ProcessUse
    /// What those of its descendants used that were waited for.
    let ofChildren: ProcessUse

    /// Reads a process. Returns nil if there is none, and nothing of it left.
    init?(of identifier: Int32) {
        guard let line = FileReading.beginning(of: "/proc/\(identifier)/stat"), let stat = ProcessStat(parsing: line)
        else { return nil }
        let ticks = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        var own = ProcessUse(
            cpuSeconds: Double(stat.cpuTicks) / ticks, minorFaults: stat.minorFaults,
            majorFaults: stat.majorFaults)
        own.cpuSeconds = ProcessUse.clockSeconds(of: identifier) ?? own.cpuSeconds
        self.init(
            identity: ProcessIdentity(identifier, stat), name: String(decoding: stat.name, as: UTF8.self),
            isZombie: stat.hasEnded, own: own,
            ofChildren: ProcessUse(
                cpuSeconds: Double(stat.childrenCPUTicks) / ticks, minorFaults: stat.childrenMinorFaults,
                majorFaults: stat.childrenMajorFaults))
    }

    init(identity: ProcessIdentity, name: String, isZombie: Bool, own: ProcessUse, ofChildren: ProcessUse) {
        self.identity = identity
        self.name = name
        self.isZombie = isZombie
        self.own = own
        self.ofChildren = ofChildren
    }
}
