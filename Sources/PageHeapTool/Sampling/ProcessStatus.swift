import SystemPackage

/// What `/proc/PID/status` says of a process, as far as it is needed here. What an old kernel does not say is nil.
struct ProcessStatus: Hashable, Sendable {
    /// The effective user, as the host numbers users.
    private(set) var user: UInt32?
    /// The identifier that the process knows itself by, in its own namespace.
    private(set) var ownIdentifier: Int32?
    /// The most memory that was ever resident.
    private(set) var residentHighWaterMark: ByteCount?
    /// The signals that the process ignores, with bit 0 for signal 1.
    private(set) var ignoredSignals: UInt64?
    /// Whether programs gain no privileges from their files (`no_new_privs`, as in many containers).
    private(set) var gainsNoPrivileges: Bool?
    /// Whether a filter looks at the system calls (seccomp).
    private(set) var isFiltered: Bool?

    /// Reads the file. Returns nil if there is no such process.
    /// - Parameter folder: the process's folder in /proc.
    init?(of folder: FilePath) {
        // All of it: the supplementary groups of a process alone may take more than a page.
        guard let content = try? FileReading.bytes(of: folder.appending("status")) else { return nil }
        self.init(parsing: content)
    }

    /// Parses the file's content.
    init(parsing content: [UInt8]) {
        for line in content.split(separator: UInt8(ascii: "\n")) {
            // A name that looks like another line cannot do harm: the kernel writes line ends in it as `\n`.
            let words = line.split { $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: " ") }
            guard let name = words.first, words.count > 1 else { continue }
            let values = words.dropFirst().map { String(decoding: $0, as: UTF8.self) }
            switch String(decoding: name, as: UTF8.self) {
            case "Uid:": user = values.count > 1 ? UInt32(values[1]) : nil
            case "NSpid:": ownIdentifier = Int32(values[values.count - 1])
            case "VmHWM:": residentHighWaterMark = UInt64(values[0]).map { ByteCount($0 * 1024) }
            case "SigIgn:": ignoredSignals = UInt64(values[0], radix: 16)
            case "NoNewPrivs:": gainsNoPrivileges = values[0] == "1"
            case "Seccomp:": isFiltered = values[0] == "2"
            default: break
            }
        }
    }

    /// That of this process.
    static var own: ProcessStatus? { ProcessStatus(of: "/proc/self") }
}
