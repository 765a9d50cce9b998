import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// A pseudo-terminal of 100 columns and 30 rows, and the command in it.
final class PseudoTerminal {
    let process = Process()
    private let main: Int32
    private let other: Int32
    private(set) var output = ""

    /// TIOCSPTLCK and TIOCGPTN, macros that Swift does not import.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    /// The streams that lead to the terminal; the others are empty.
    struct Streams: OptionSet {
        let rawValue: Int
        static let input = Streams(rawValue: 1)
        static let output = Streams(rawValue: 2)
        static let errors = Streams(rawValue: 4)
        static let all: Streams = [.input, .output, .errors]
    }

    /// - Parameters:
    ///   - arguments: of the command; with `setsid` before, the terminal controls it, and its keys can be signals.
    ///   - program: what is run instead of the command.
    ///   - file: where standard output leads if not to the terminal.
    init(
        _ arguments: [String], program: String = BuiltTool.path, kind: String = "xterm", streams: Streams = .all,
        file: FileHandle = .nullDevice
    ) throws {
        main = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var isLocked: Int32 = 0
        var number: Int32 = 0
        try #require(ioctl(main, Self.setLock, &isLocked) == 0 && ioctl(main, Self.getNumber, &number) == 0)
        var size = winsize(ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(main, UInt(TIOCSWINSZ), &size)
        other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(other >= 0)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ["TERM": kind, "PATH": "/usr/bin:/bin"]
        let handle = FileHandle(fileDescriptor: other, closeOnDealloc: false)
        process.standardInput = streams.contains(.input) ? handle : FileHandle.nullDevice
        process.standardOutput = streams.contains(.output) ? handle : file
        process.standardError = streams.contains(.errors) ? handle : FileHandle.nullDevice
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        _ = fcntl(main, F_SETFL, O_NONBLOCK)
    }

    deinit {
        for descendant in ProcessTree.descendants(of: process.processIdentifier) { kill(descendant, SIGKILL) }
        kill(process.processIdentifier, SIGKILL)
        close(main)
        close(other)
    }

    func type(_ keys: String) { _ = keys.withCString { write(main, $0, strlen($0)) } }

    /// Whether the terminal echoes and has keys wait for the end of their line, as for a shell's commands.
    var isUsual: Bool {
        var state = termios()
        return tcgetattr(other, &state) == 0 && state.c_lflag & tcflag_t(ICANON | ECHO) == tcflag_t(ICANON | ECHO)
    }

    /// Whether the terminal is as it was before the command: the views that it opened are closed.
    var isGivenBack: Bool {
        func count(_ sequence: String) -> Int { output.components(separatedBy: sequence).count }
        return isUsual && count("\u{1b}[?1049h") == count("\u{1b}[?1049l")
            && count("\u{1b}[?25l") == count("\u{1b}[?25h")
    }

    /// Reads until the output satisfies a condition.
    func shows(_ condition: (String) -> Bool) -> Bool {
        eventually {
            self.read()
            return condition(self.output)
        }
    }

    private func read() {
        var bytes = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(main, &bytes, bytes.count)
            if count <= 0 { return }
            output += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }

    /// The command's exit code, after all that it wrote has been read.
    func end() -> Int32 {
        _ = shows { _ in !process.isRunning }
        process.waitUntilExit()
        read()
        return process.terminationStatus
    }
}
