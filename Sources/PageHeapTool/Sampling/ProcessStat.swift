/// What `/proc/PID/stat` says of a process, as far as it is needed here.
struct ProcessStat: Hashable, Sendable {
    /// The process's name, any bytes but zero.
    let name: [UInt8]
    let state: UInt8
    /// Whether it is a thread of the kernel, which executes no program.
    let isKernelThread: Bool
    /// In kernel ticks since boot.
    let startTime: UInt64
    /// The kernel's running count, which may lag by some pages per processor.
    let residentPages: UInt64
    /// The addresses at which the program's stack and its arguments begin; 0 if the kernel does not tell them.
    var stackStart: UInt64
    var argumentStart: UInt64

    let minorFaults: UInt64
    let childrenMinorFaults: UInt64
    let majorFaults: UInt64
    let childrenMajorFaults: UInt64
    /// User and system time.
    let cpuTicks: UInt64
    let childrenCPUTicks: UInt64

    /// Whether the process has ended, though its parent does not know yet.
    var hasEnded: Bool { [UInt8(ascii: "Z"), UInt8(ascii: "X"), UInt8(ascii: "x")].contains(state) }

    /// Parses a line, in which the program's name may contain blanks, line ends and parentheses.
    init?(parsing line: [UInt8]) {
        guard let nameStart = line.firstIndex(of: UInt8(ascii: "(")),
            let nameEnd = line.lastIndex(of: UInt8(ascii: ")")), nameStart < nameEnd, nameEnd + 2 < line.count
        else { return nil }
        // The manual's numbers of the fields begin with 1 for the identifier; the state is number 3.
        var numbers = [UInt64](repeating: 0, count: 53)
        var field = 3
        for byte in line[(nameEnd + 2)...] {
            switch byte {
            case UInt8(ascii: " "): field += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9") where field < numbers.count:
                numbers[field] = numbers[field] &* 10 &+ UInt64(byte - UInt8(ascii: "0"))
            default: break
            }
        }
        guard field >= 22 else { return nil }
        name = Array(line[(nameStart + 1)..<nameEnd])
        state = line[nameEnd + 2]
        isKernelThread = numbers[9] & 0x0020_0000 != 0  // PF_KTHREAD
        minorFaults = numbers[10]
        childrenMinorFaults = numbers[11]
        majorFaults = numbers[12]
        childrenMajorFaults = numbers[13]
        cpuTicks = numbers[14] &+ numbers[15]
        childrenCPUTicks = numbers[16] &+ numbers[17]
        startTime = numbers[22]
        residentPages = numbers[24]
        stackStart = numbers[28]
        argumentStart = numbers[48]
    }
}
