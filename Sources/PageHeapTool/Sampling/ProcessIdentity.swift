import SystemPackage

/// The identity of a process. The start time distinguishes it from a later process with the same identifier.
struct ProcessIdentity: Hashable, Sendable {
    let identifier: Int32
    /// The start time, in kernel ticks since boot.
    let startTime: UInt64

    /// Reads the identity of a process. Returns nil if there is no such process, or if it is a zombie.
    init?(of identifier: Int32) {
        guard let text = FileReading.text(of: FilePath("/proc/\(identifier)/stat")),
            let parsed = Self.parse(text), !"ZXx".contains(parsed.state)
        else { return nil }
        self.identifier = identifier
        startTime = parsed.startTime
    }

    /// Parses a line of `/proc/PID/stat`, in which the program's name may contain blanks and parentheses.
    static func parse(_ line: String) -> (state: Character, startTime: UInt64)? {
        guard let nameEnd = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let startTime = UInt64(fields[19]) else { return nil }
        return (state, startTime)
    }
}
