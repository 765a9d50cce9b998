import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// `run --live` in a pseudo-terminal, and without one.
struct LiveRunTests {
    let folder: TemporaryFolder

    init() throws {
        _ = try BuiltTool.requireLibrary()
        folder = try TemporaryFolder()
    }

    /// A program that writes words, and waits for the file `go` to end as it is told.
    private func program(_ end: String = "sys.exit(7)") -> [String] {
        let text = """
            import os, signal, sys, time
            kept = [bytes(12000) for i in range(1024)]
            print('first word', flush=True)
            print('second word', file=sys.stderr, flush=True)
            print('input:', repr(sys.stdin.read()) if sys.stdin.isatty() or len(sys.argv) > 2 else 'none', flush=True)
            while not os.path.exists(sys.argv[1]): time.sleep(0.02)
            print('last word', flush=True)
            \(end)
            """
        return ["/usr/bin/python3", "-S", "-c", text, folder.file("go")]
    }

    private func start(
        _ options: [String] = [], _ program: [String], kind: String = "xterm",
        streams: PseudoTerminal.Streams = .all, file: FileHandle = .nullDevice
    ) throws -> PseudoTerminal {
        try PseudoTerminal(["run", "--live"] + options + ["--"] + program, kind: kind, streams: streams, file: file)
    }

    /// The command in a terminal that controls it, so that ^C and ^Z are signals.
    private func startControlled(_ script: String, _ program: [String]) throws -> PseudoTerminal {
        try PseudoTerminal(
            ["--ctty", "--wait", "sh", "-c", script, BuiltTool.path] + program, program: "/usr/bin/setsid")
    }

    private func go() throws { try folder.write("", to: "go") }

    private func showsView(_ terminal: PseudoTerminal) -> Bool {
        terminal.shows { $0.contains("\u{1b}[?1049h") && $0.contains("12.0 KiB") && $0.contains("q close") }
    }

    /// What was written after the view.
    private func afterView(_ terminal: PseudoTerminal) -> String {
        terminal.output.components(separatedBy: "\u{1b}[?1049l").dropFirst().last ?? ""
    }

    @Test func theViewIsShownAndWhatTheProgramWritesComesAfterIt() throws {
        let terminal = try start(["--json", folder.file("run.json")], program() + ["read"])
        #expect(showsView(terminal))
        #expect(terminal.output.contains("python3, process "))
        #expect(!terminal.output.contains("word"))
        try go()
        #expect(terminal.end() == 7 && terminal.isGivenBack)
        let rest = afterView(terminal)
        #expect(
            rest.hasPrefix("first word\r\nsecond word\r\ninput: ''\r\nlast word\r\n\r\npageheap: "), "\(rest)")
        #expect(rest.contains("exited with 7") && rest.contains("peak resident"))
        // The command itself, which draws the view, is no process of the run.
        let saved = try JSONDecoder().decode(RunResult.self, from: Data(folder.text(of: "run.json").utf8))
        #expect(saved.processes == 1 && saved.publishingProcesses == 1 && saved.processesWithoutLibrary == 0)
        #expect(saved.settings.contains("PAGEHEAP_CONTROL=1"))
    }

    @Test func keysAreServedAndTheProgramGoesOnAfterTheView() throws {
        let terminal = try start([], program())
        #expect(showsView(terminal))
        terminal.type("s")
        #expect(terminal.shows { $0.contains("by beside blocks") })
        terminal.type("r")
        #expect(terminal.shows { $0.contains("of physical memory given back") })
        terminal.type(" ")
        #expect(terminal.shows { $0.contains(", paused") })
        terminal.type("q")
        #expect(terminal.shows { $0.contains("the view is closed") && $0.contains("second word") })
        #expect(terminal.isGivenBack && terminal.process.isRunning)
        try go()
        #expect(terminal.shows { $0.contains("last word") })
        #expect(terminal.end() == 7)
        #expect(afterView(terminal).contains("exited with 7"))
    }

    @Test(
        arguments: [
            ("os.kill(os.getpid(), signal.SIGSEGV)", 139), ("os.abort()", 134), ("sys.exit(0)", 0),
        ] as [(String, Int32)])
    func theTerminalIsGivenBackHoweverTheProgramEnds(end: String, code: Int32) throws {
        let terminal = try start(["--quiet"], program(end))
        #expect(showsView(terminal))
        try go()
        #expect(terminal.end() == code && terminal.isGivenBack)
        #expect(afterView(terminal).contains("last word"))
    }

    @Test(arguments: [SIGABRT, SIGSEGV, SIGTRAP])
    func aCrashOfTheCommandGivesTheTerminalBack(signal: Int32) throws {
        // Swift's own report of a crash waits for a key on a terminal.
        let terminal = try PseudoTerminal(
            ["SWIFT_BACKTRACE=enable=no", BuiltTool.path, "run", "--live", "--"] + program(), program: "/usr/bin/env")
        #expect(showsView(terminal))
        kill(terminal.process.processIdentifier, signal)
        // The program is an orphan now. Until it ends, Foundation takes its parent to be running.
        try go()
        #expect(terminal.end() == signal && terminal.process.terminationReason == .uncaughtSignal)
        #expect(terminal.isGivenBack)
    }

    @Test(arguments: [SIGTERM, SIGHUP])
    func aSignalToTheCommandReachesTheProgram(signal: Int32) throws {
        let terminal = try start([], program())
        #expect(showsView(terminal))
        kill(terminal.process.processIdentifier, signal)
        #expect(terminal.end() == 128 + signal && terminal.isGivenBack)
        #expect(afterView(terminal).contains("was killed by signal \(signal)"))
    }

    @Test(arguments: [("\u{3}", SIGINT), ("\u{1c}", SIGQUIT)])
    func theKeysOfSignalsEndTheProgram(key: String, signal: Int32) throws {
        let terminal = try startControlled(
            "exec \"$0\" run --live --json \(folder.file("run.json")) -- \"$@\"", program())
        #expect(showsView(terminal))
        terminal.type(key)
        #expect(terminal.end() == 128 + signal && terminal.isGivenBack)
        #expect(afterView(terminal).contains("second word"))
        #expect(folder.text(of: "run.json").contains("\"signal\" : \(signal)"))
    }

    @Test func aStopGivesTheTerminalBackAndTheViewReturnsInTheForeground() throws {
        let script = """
            set -m; "$0" run --live -- "$@"; echo stopped with $?
            read line; bg; echo behind; read line; fg; echo ended with $?
            """
        let terminal = try startControlled(script, program())
        #expect(showsView(terminal))
        terminal.type("\u{1a}")
        #expect(terminal.shows { $0.contains("stopped with \(128 + SIGTSTP)") })
        #expect(terminal.isGivenBack)
        terminal.type("\n")
        // In the background, it neither draws nor stops.
        #expect(terminal.shows { $0.contains("behind") })
        let views = terminal.output.components(separatedBy: "\u{1b}[?1049h").count
        terminal.type("\n")
        #expect(terminal.shows { $0.components(separatedBy: "\u{1b}[?1049h").count == views + 1 })
        try go()
        #expect(terminal.shows { $0.contains("ended with 7") })
        #expect(terminal.isGivenBack)
    }

    @Test func whatTheProgramWritesByNameIsKeptToo() throws {
        let script = """
            echo one; echo two > /dev/stderr; echo three >> /dev/stdout; echo four > /dev/stdout
            test -t 1 && test -t 2 && stty size < /dev/stdout; "$@"
            """
        let terminal = try start(["--quiet"], ["sh", "-c", script, "sh"] + program())
        #expect(showsView(terminal))
        try go()
        #expect(terminal.end() == 7 && terminal.isGivenBack)
        #expect(
            afterView(terminal)
                == "one\r\ntwo\r\nthree\r\nfour\r\n30 100\r\nfirst word\r\nsecond word\r\ninput: none\r\nlast word\r\n")
    }

    @Test func aLongOutputComesWhole() throws {
        let script = "i=0; while [ $i -lt 60000 ]; do echo line $i; i=$((i+1)); done; \"$@\""
        let terminal = try start(["--quiet"], ["sh", "-c", script, "sh"] + program())
        #expect(showsView(terminal))
        try go()
        #expect(terminal.end() == 7 && terminal.isGivenBack)
        let lines = afterView(terminal).split(separator: "\r\n")
        #expect(lines.count == 60004 && lines[59_999] == "line 59999" && lines.last == "last word")
    }

    @Test func aProcessThatOutlivesTheProgramAndWritesOnHoldsNothingUp() throws {
        // It ends when its terminal is gone.
        let script = "(while echo still here; do :; done 2> /dev/null) & \"$@\""
        let terminal = try start(["--quiet"], ["sh", "-c", script, "sh"] + program())
        #expect(showsView(terminal))
        terminal.type("q")
        #expect(terminal.shows { $0.contains("still here") })
        try go()
        #expect(terminal.end() == 7 && terminal.isGivenBack)
    }

    @Test func anOutputThatLeadsElsewhereStaysThere() throws {
        let file = FileHandle(forWritingAtPath: try folder.write("", to: "output")) ?? .nullDevice
        let terminal = try start(["--quiet"], program(), streams: [.input, .errors], file: file)
        #expect(showsView(terminal))
        #expect(eventually { folder.text(of: "output").hasPrefix("first word\n") })
        try go()
        #expect(terminal.end() == 7 && terminal.isGivenBack)
        #expect(afterView(terminal) == "second word\r\n")
        #expect(folder.text(of: "output") == "first word\ninput: none\nlast word\n")
    }

    @Test func theViewIsOnStandardOutputIfThatAloneIsATerminal() throws {
        let terminal = try start([], program(), streams: [.output])
        #expect(showsView(terminal))
        terminal.type("q")
        #expect(terminal.shows { $0.contains("first word") })
        try go()
        #expect(terminal.end() == 7 && terminal.isGivenBack)
    }

    @Test func allProcessesAreShownTogether() throws {
        let terminal = try start([], ["sh", "-c", "\"$@\"; exit $?", "sh"] + program())
        #expect(terminal.shows { $0.contains("sh, process ") && $0.contains(" and 1 more, for ") })
        #expect(terminal.shows { $0.contains("12.0 KiB") && $0.contains("of process ") })
        terminal.type("r")
        #expect(terminal.shows { $0.contains(/of physical memory given back by [12] of 2 processes/) })
        try go()
        #expect(terminal.end() == 7 && terminal.isGivenBack)
    }

    @Test func aSettingOfTheUsersHolds() throws {
        let terminal = try PseudoTerminal(
            ["PAGEHEAP_CONTROL=0", BuiltTool.path, "run", "--live", "--"] + program(), program: "/usr/bin/env")
        #expect(terminal.shows { $0.contains("serves no requests") })
        try go()
        #expect(terminal.end() == 7)
    }

    @Test func aProgramThatCannotStartLeavesTheTerminalAlone() throws {
        let terminal = try start([], [folder.file("none")])
        #expect(terminal.end() == 127 && terminal.isGivenBack)
        #expect(!terminal.output.contains("\u{1b}"))
    }

    @Test func aTerminalWithoutACursorGetsLines() throws {
        let terminal = try start(["--quiet"], program(), kind: "dumb", streams: [.output, .errors])
        #expect(terminal.shows { $0.contains("given back") && $0.contains("MiB") && $0.contains("second word") })
        try go()
        #expect(terminal.end() == 7)
        #expect(!terminal.output.contains("\u{1b}"))
    }

    @Test func withoutATerminalItWritesLines() throws {
        let tool = try BuiltTool(["run", "--live", "--quiet", "--"] + program())
        #expect(eventually { tool.errorsSoFar.contains("MiB") })
        try go()
        let outcome = tool.outcome()
        #expect(outcome.code == 7)
        #expect(outcome.output == "first word\ninput: none\nlast word\n")
        let lines = outcome.errors.split(separator: "\n").filter { $0 != "second word" }
        #expect(lines.first?.contains("resident") == true && lines.count >= 2)
        #expect(lines.dropFirst().allSatisfy { $0.contains("MiB") }, "\(outcome.errors)")
    }
}
