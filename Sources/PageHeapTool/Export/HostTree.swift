import SystemPackage

/// The file tree of the host whose processes are served.
struct HostTree: Hashable, Sendable {
    /// The tree's root, without a slash at its end: empty for that of the tool itself.
    private let root: String

    init(root: String = "/") {
        self.root = String(root.reversed().drop { $0 == "/" }.reversed())
    }

    /// The folder of all processes.
    var processes: String { "\(root)/proc" }

    /// The folder of a process.
    func folder(of process: Int32) -> String { "\(root)/proc/\(process)" }

    /// Returns the identifiers of all processes.
    func processIdentifiers() -> [Int32] {
        FileReading.names(in: FilePath(processes)).compactMap { name in
            name.utf8.first.map { $0 >= UInt8(ascii: "1") && $0 <= UInt8(ascii: "9") } == true ? Int32(name) : nil
        }
    }

    /// Reads what the kernel says of a process. Returns nil if there is no such process, or if it has ended.
    func stat(of process: Int32) -> ProcessStat? {
        guard let line = FileReading.beginning(of: "\(folder(of: process))/stat"),
            let stat = ProcessStat(parsing: line), !stat.hasEnded
        else { return nil }
        return stat
    }

    /// Reads the names of the host's users. Names from a directory service are not among them: asking one may take as long
    /// as the network likes.
    func userNames() -> [UInt32: String] {
        guard let bytes = try? FileReading.bytes(of: FilePath("\(root)/etc/passwd")) else { return [:] }
        var names: [UInt32: String] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count > 2, let user = UInt32(String(decoding: fields[2], as: UTF8.self)) else { continue }
            // The first of several names of a user counts, as for the system.
            if names[user] == nil { names[user] = String(decoding: fields[0], as: UTF8.self) }
        }
        return names
    }
}
