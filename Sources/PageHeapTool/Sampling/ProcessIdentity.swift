/// The identity of a process and of the program that it executes. The start time distinguishes it from a later process
/// with the same identifier, the place of its stack from the program that it executes next.
struct ProcessIdentity: Hashable, Sendable {
    let identifier: Int32
    /// The start time, in kernel ticks since boot.
    let startTime: UInt64
    /// The addresses at which the program's stack and its arguments begin, which an exec chooses anew; 0 if the kernel
    /// does not tell them.
    let stackStart: UInt64
    let argumentStart: UInt64

    /// Reads the identity of a process. Returns nil if there is no such process, or if it is a zombie.
    init?(of identifier: Int32) {
        guard let line = FileReading.beginning(of: "/proc/\(identifier)/stat"), let stat = ProcessStat(parsing: line),
            !stat.hasEnded
        else { return nil }
        self.init(identifier, stat)
    }

    /// Reads the identity of a process that a user names.
    ///
    /// - Throws: what is there instead of a process that executes a program.
    init(ofProgram identifier: Int32) throws(ToolError) {
        guard let stat = FileReading.beginning(of: "/proc/\(identifier)/stat").flatMap(ProcessStat.init) else {
            throw ToolError(.noInput, "there is no process \(identifier); look for it with 'ps'")
        }
        if stat.hasEnded {
            throw ToolError(.noInput, "process \(identifier) has ended, and waits for its parent to take notice")
        }
        if stat.isKernelThread { throw ToolError(.noInput, "process \(identifier) is a thread of the kernel") }
        self.init(identifier, stat)
    }

    init(_ identifier: Int32, _ stat: ProcessStat) {
        self.identifier = identifier
        startTime = stat.startTime
        stackStart = stat.stackStart
        argumentStart = stat.argumentStart
    }

    /// Returns this identity, or an earlier one of the same process that says more: a process that is ending has no stack any more.
    func following(_ earlier: ProcessIdentity?) -> ProcessIdentity {
        guard let earlier, earlier.identifier == identifier, earlier.startTime == startTime, stackStart == 0,
            argumentStart == 0
        else { return self }
        return earlier
    }
}
