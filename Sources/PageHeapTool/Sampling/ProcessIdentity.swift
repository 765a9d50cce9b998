import SystemPackage

/// A process for as long as it lives: its identifier may be given to another one afterwards, its start time not.
struct ProcessIdentity: Hashable, Sendable {
    let identifier: Int32
    /// In the kernel's ticks after the machine's start.
    let startTime: UInt64

    /// nil if there is no such process, or only its exit code is left of it.
    init?(of identifier: Int32) {
        guard let text = FileReading.text(of: FilePath("/proc/\(identifier)/stat")),
            let parsed = Self.parse(text), !"ZXx".contains(parsed.state)
        else { return nil }
        self.identifier = identifier
        startTime = parsed.startTime
    }

    /// Takes apart a line of `/proc/PID/stat`. The program's name in it may itself hold blanks and parentheses.
    static func parse(_ line: String) -> (state: Character, startTime: UInt64)? {
        guard let nameEnd = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let startTime = UInt64(fields[19]) else { return nil }
        return (state, startTime)
    }
}
