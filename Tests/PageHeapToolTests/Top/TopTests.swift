import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// `top` in a pseudo-terminal, and through a pipe.
struct TopTests {
    /// A pseudo-terminal of 100 columns and 30 rows, and the command in it.
    private final class Terminal {
        let process = Process()
        private let main: Int32
        private(set) var output = ""

        /// TIOCSPTLCK and TIOCGPTN, macros that Swift does not import.
        private static let setLock: UInt = 0x4004_5431
        private static let getNumber: UInt = 0x8004_5430

        init(_ arguments: [String], kind: String = "xterm") throws {
            main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            var isLocked: Int32 = 0
            var number: Int32 = 0
            try #require(ioctl(main, Self.setLock, &isLocked) == 0 && ioctl(main, Self.getNumber, &number) == 0)
            var size = winsize(ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
            _ = ioctl(main, UInt(TIOCSWINSZ), &size)
            let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
            try #require(other >= 0)
            process.executableURL = URL(fileURLWithPath: BuiltTool.path)
            process.arguments = arguments
            process.environment = ["TERM": kind, "PATH": "/usr/bin:/bin"]
            let handle = FileHandle(fileDescriptor: other, closeOnDealloc: true)
            process.standardInput = handle
            process.standardOutput = handle
            process.standardError = handle
            var none = sigset_t()
            var before = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, &before)
            defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
            try process.run()
            _ = fcntl(main, F_SETFL, O_NONBLOCK)
        }

        deinit {
            if process.isRunning { process.terminate() }
            close(main)
        }

        func type(_ keys: String) { _ = keys.withCString { write(main, $0, strlen($0)) } }

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

        /// The command's exit code, after it has given the terminal back.
        func end() -> Int32 {
            _ = shows { $0.contains("\u{1b}[?1049l") }
            process.waitUntilExit()
            return process.terminationStatus
        }
    }

    @Test func keysAreServedAndTheTerminalIsGivenBack() throws {
        let program = try WatchedProgram()
        let terminal = try Terminal(["top", "--interval", "0.2", program.identifier])
        #expect(terminal.shows { $0.contains("\u{1b}[?1049h") && $0.contains("12.0 KiB") && $0.contains("by bytes") })
        terminal.type("s")
        #expect(terminal.shows { $0.contains("by free") })
        terminal.type(" ")
        #expect(terminal.shows { $0.contains(", paused") })
        terminal.type("r")
        #expect(terminal.shows { $0.contains("of physical memory given back") })
        terminal.type("q")
        #expect(terminal.end() == 0)
    }

    @Test func aSignalEndsItCleanly() throws {
        let program = try WatchedProgram()
        let terminal = try Terminal(["top", program.identifier])
        #expect(terminal.shows { $0.contains("q quit") })
        kill(terminal.process.processIdentifier, SIGTERM)
        #expect(terminal.end() == 128 + SIGTERM)
    }

    @Test func aStopGivesTheTerminalBackMeanwhile() throws {
        let program = try WatchedProgram()
        let terminal = try Terminal(["top", "--interval", "0.1", program.identifier])
        #expect(terminal.shows { $0.contains("q quit") })
        kill(terminal.process.processIdentifier, SIGTSTP)
        #expect(terminal.shows { $0.hasSuffix("\u{1b}[?1049l") })
        kill(terminal.process.processIdentifier, SIGCONT)
        #expect(terminal.shows { $0.components(separatedBy: "\u{1b}[?1049h").count == 3 && $0.hasSuffix("\u{1b}[J") })
        kill(terminal.process.processIdentifier, SIGKILL)
        terminal.process.waitUntilExit()
    }

    @Test func aTerminalWithoutACursorGetsLines() throws {
        let program = try WatchedProgram([:])
        let terminal = try Terminal(["top", "--interval", "0.1", "--count", "2", program.identifier], kind: "dumb")
        #expect(terminal.shows { $0.split(separator: "\n").count >= 3 && !$0.contains("\u{1b}") })
        terminal.process.waitUntilExit()
        #expect(terminal.process.terminationStatus == 0)
    }

    @Test func theEndOfTheProcessEndsIt() throws {
        let program = try WatchedProgram()
        let terminal = try Terminal(["top", "--interval", "0.1", program.identifier])
        #expect(terminal.shows { $0.contains("q quit") })
        kill(program.process.processIdentifier, SIGKILL)
        #expect(terminal.end() == 0)
        #expect(terminal.shows { $0.contains("there is no process \(program.identifier)") })
    }

    @Test func throughAPipeItWritesLines() throws {
        let program = try WatchedProgram([:])
        let outcome = try BuiltTool.run(["top", "--interval", "0.1", "--count", "3", program.identifier])
        #expect(outcome.code == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first?.contains("resident") == true)
        #expect(lines.dropFirst().allSatisfy { $0.contains("MiB") })
        let list = try BuiltTool.run(["top"])
        #expect(list.output.contains(program.identifier) && list.output.contains("python3"))
    }

    @Test(
        arguments: [
            (["0"], 64), (["--interval", "0", "1"], 64), (["--count", "0", "1"], 64), (["2147483647"], 66),
        ] as [([String], Int32)])
    func badArgumentsAreRefusedInOneLine(arguments: [String], code: Int32) throws {
        let outcome = try BuiltTool.run(["top"] + arguments)
        #expect(outcome.code == code)
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
}
