import Glibc
import SystemPackage

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
        guard let text = FileReading.text(of: FilePath("/proc/\(identifier)/stat")),
            let fields = ProcessIdentity.parse(text)
        else { return nil }
        let ticks = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
        var own = ProcessUse(
            cpuSeconds: Double(fields.cpuTicks) / ticks, minorFaults: fields.minorFaults,
            majorFaults: fields.majorFaults)
        own.cpuSeconds = ProcessUse.clockSeconds(of: identifier) ?? own.cpuSeconds
        self.init(
            identity: ProcessIdentity(identifier, fields), name: fields.name, isZombie: fields.isZombie, own: own,
            ofChildren: ProcessUse(
                cpuSeconds: Double(fields.childrenCPUTicks) / ticks, minorFaults: fields.childrenMinorFaults,
                majorFaults: fields.childrenMajorFaults))
    }

    init(identity: ProcessIdentity, name: String, isZombie: Bool, own: ProcessUse, ofChildren: ProcessUse) {
        self.identity = identity
        self.name = name
        self.isZombie = isZombie
        self.own = own
        self.ofChildren = ofChildren
    }
}
