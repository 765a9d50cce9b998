import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// `top` in a pseudo-terminal, and through a pipe.
struct TopTests {
    @Test func keysAreServedAndTheTerminalIsGivenBack() throws {
        let program = try WatchedProgram()
        let terminal = try PseudoTerminal(["top", "--interval", "0.2", program.identifier])
        #expect(terminal.shows { $0.contains("\u{1b}[?1049h") && $0.contains("12.0 KiB") && $0.contains("by bytes") })
        terminal.type("s")
        #expect(terminal.shows { $0.contains("by beside blocks") })
        terminal.type(" ")
        #expect(terminal.shows { $0.contains(", paused") })
        terminal.type("r")
        #expect(terminal.shows { $0.contains("of physical memory given back") })
        terminal.type("q")
        #expect(terminal.end() == 0 && terminal.isGivenBack)
    }

    @Test func aSignalEndsItCleanly() throws {
        let program = try WatchedProgram()
        let terminal = try PseudoTerminal(["top", program.identifier])
        #expect(terminal.shows { $0.contains("q quit") })
        kill(terminal.process.processIdentifier, SIGTERM)
        #expect(terminal.end() == 128 + SIGTERM && terminal.isGivenBack)
    }

    @Test func aStopGivesTheTerminalBackMeanwhile() throws {
        let program = try WatchedProgram()
        let script = """
            set -m; "$0" top --interval 0.1 "$1"; echo stopped with $?; read line; fg; echo ended with $?
            """
        let terminal = try PseudoTerminal(
            ["--ctty", "--wait", "sh", "-c", script, BuiltTool.path, program.identifier], program: "/usr/bin/setsid")
        #expect(terminal.shows { $0.contains("q quit") })
        terminal.type("\u{1a}")
        #expect(terminal.shows { $0.contains("stopped with \(128 + SIGTSTP)") })
        #expect(terminal.isGivenBack)
        let views = terminal.output.components(separatedBy: "\u{1b}[?1049h").count
        terminal.type("\n")
        #expect(
            terminal.shows { $0.components(separatedBy: "\u{1b}[?1049h").count == views + 1 && $0.contains("q quit") })
        terminal.type("q")
        #expect(terminal.shows { $0.contains("ended with 0") })
        #expect(terminal.isGivenBack)
    }

    @Test func whatNobodyCouldContinueDoesNotStop() throws {
        let program = try WatchedProgram()
        // The leader of a session has no parent in it.
        let terminal = try PseudoTerminal(
            ["--ctty", "--wait", BuiltTool.path, "top", "--interval", "0.1", program.identifier],
            program: "/usr/bin/setsid")
        #expect(terminal.shows { $0.contains("q quit") })
        terminal.type("\u{1a}")
        #expect(terminal.shows { $0.components(separatedBy: "\u{1b}[?1049h").count == 3 })
        terminal.type("q")
        #expect(terminal.end() == 0 && terminal.isGivenBack)
    }

    @Test func aTerminalWithoutACursorGetsLines() throws {
        let program = try WatchedProgram([:])
        let terminal = try PseudoTerminal(
            ["top", "--interval", "0.1", "--count", "2", program.identifier], kind: "dumb")
        #expect(terminal.shows { $0.utf8.count { $0 == UInt8(ascii: "\n") } >= 3 && !$0.contains("\u{1b}") })
        terminal.process.waitUntilExit()
        #expect(terminal.process.terminationStatus == 0)
    }

    @Test func theEndOfTheProcessEndsIt() throws {
        let program = try WatchedProgram()
        let terminal = try PseudoTerminal(["top", "--interval", "0.1", program.identifier])
        #expect(terminal.shows { $0.contains("q quit") })
        kill(program.process.processIdentifier, SIGKILL)
        #expect(terminal.end() == 0 && terminal.isGivenBack)
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
