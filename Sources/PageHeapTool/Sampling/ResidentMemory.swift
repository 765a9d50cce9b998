import Glibc
import SystemPackage

/// How much of a process is in physical memory.
enum ResidentMemory {
    /// Zero for a process that has ended.
    ///
    /// The kernel counts exactly for `smaps_rollup`; its running figure in `statm` may lag by some pages a processor
    /// and stands in where the first is not to be read, as with programs that guard themselves against debuggers.
    static func of(_ process: Int32) -> ByteCount {
        if let text = FileReading.text(of: FilePath("/proc/\(process)/smaps_rollup")), let resident = rollup(text) {
            return resident
        }
        let text = FileReading.text(of: FilePath("/proc/\(process)/statm")) ?? ""
        return runningFigure(text, pageSize: UInt64(getpagesize()))
    }

    /// The most that this process itself ever had; zero where the kernel does not tell.
    static func ownHighWaterMark() -> ByteCount {
        line("VmHWM:", of: FileReading.text(of: "/proc/self/status") ?? "") ?? .zero
    }

    /// The line `Rss: N kB`.
    static func rollup(_ text: String) -> ByteCount? {
        line("Rss:", of: text)
    }

    /// A line such as `Name: N kB`.
    private static func line(_ name: String, of text: String) -> ByteCount? {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count == 3, let kibibytes = UInt64(words[1]) else { return nil }
            return ByteCount(kibibytes * 1024)
        }
        return nil
    }

    /// The second number of `statm`, in pages.
    static func runningFigure(_ text: String, pageSize: UInt64) -> ByteCount {
        let words = text.split(separator: " ")
        guard words.count > 1, let pages = UInt64(words[1]) else { return .zero }
        return ByteCount(pages * pageSize)
    }
}
