import SystemPackage

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
        guard let text = FileReading.text(of: FilePath("/proc/\(identifier)/stat")),
            let parsed = Self.parse(text), !parsed.isZombie
        else { return nil }
        self.init(identifier, parsed)
    }

    init(_ identifier: Int32, _ fields: Fields) {
        self.identifier = identifier
        startTime = fields.startTime
        stackStart = fields.stackStart
        argumentStart = fields.argumentStart
    }

    /// The fields of `/proc/PID/stat` that are needed here and in ``ProcessReading``.
    struct Fields: Hashable {
        var name: String
        var state: Character
        var startTime: UInt64
        var stackStart: UInt64
        var argumentStart: UInt64
        var minorFaults: UInt64
        var childrenMinorFaults: UInt64
        var majorFaults: UInt64
        var childrenMajorFaults: UInt64
        /// User and system time.
        var cpuTicks: UInt64
        var childrenCPUTicks: UInt64

        var isZombie: Bool { "ZXx".contains(state) }
    }

    /// Parses a line of `/proc/PID/stat`, in which the program's name may contain blanks and parentheses.
    static func parse(_ line: String) -> Fields? {
        guard let nameStart = line.firstIndex(of: "("), let nameEnd = line.lastIndex(of: ")"), nameStart < nameEnd
        else {
            return nil
        }
        let fields = line[line.index(after: nameEnd)...].split { $0 == " " || $0 == "\n" }
        // The manual's numbers of the fields begin with 1 for the identifier; the state is number 3.
        func number(_ field: Int) -> UInt64? { fields.count > field - 3 ? UInt64(fields[field - 3]) : nil }
        guard let state = fields.first?.first, let startTime = number(22) else { return nil }
        func sum(_ one: Int, _ other: Int) -> UInt64 { (number(one) ?? 0) &+ (number(other) ?? 0) }
        return Fields(
            name: String(line[line.index(after: nameStart)..<nameEnd]), state: state, startTime: startTime,
            stackStart: number(28) ?? 0, argumentStart: number(48) ?? 0, minorFaults: number(10) ?? 0,
            childrenMinorFaults: number(11) ?? 0, majorFaults: number(12) ?? 0, childrenMajorFaults: number(13) ?? 0,
            cpuTicks: sum(14, 15), childrenCPUTicks: sum(16, 17))
    }
}
