import Glibc
import SystemPackage

/// Functions that read the resident memory of processes.
enum ResidentMemory {
    /// Returns the resident memory of a process; zero if the process has ended.
    ///
    /// The kernel counts exactly for `smaps_rollup`. If that file cannot be read, as for programs that protect
    /// themselves against debuggers, the running figure in `statm` is used, which may lag by some pages per processor.
    static func of(_ process: Int32) -> ByteCount {
        if let text = FileReading.text(of: FilePath("/proc/\(process)/smaps_rollup")), let resident = rollup(text) {
            return resident
        }
        return running(process)
    }

    /// Returns the kernel's running figure of a process, which costs next to nothing; zero if the process has ended.
    static func running(_ process: Int32) -> ByteCount {
        let text = FileReading.text(of: FilePath("/proc/\(process)/statm")) ?? ""
        return runningFigure(text, pageSize: UInt64(getpagesize()))
    }

    /// Returns the resident high-water mark of this process; zero if the kernel does not report it.
    static func ownHighWaterMark() -> ByteCount {
        ProcessStatus.own?.residentHighWaterMark ?? .zero
    }

    /// Parses the line `Rss: N kB`.
    static func rollup(_ text: String) -> ByteCount? {
        for line in text.split(separator: "\n") where line.hasPrefix("Rss:") {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count == 3, let kibibytes = UInt64(words[1]) else { return nil }
            return ByteCount(kibibytes * 1024)
        }
        return nil
    }

    /// Parses the second number of `statm`, which is in pages.
    static func runningFigure(_ text: String, pageSize: UInt64) -> ByteCount {
        let words = text.split(separator: " ")
        guard words.count > 1, let pages = UInt64(words[1]) else { return .zero }
        return ByteCount(pages * pageSize)
    }
}
