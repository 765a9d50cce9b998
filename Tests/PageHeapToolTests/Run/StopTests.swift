import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// Programs that stop themselves, in a terminal with a shell that has job control.
struct StopTests {
    let folder: TemporaryFolder

    init() throws {
        _ = try BuiltTool.requireLibrary()
        folder = try TemporaryFolder()
    }

    /// The command with a program of Python, as a job that the shell sees stop and continues.
    private func job(
        _ command: String, _ program: String, resume: String = "fg", background: Bool = false
    ) throws -> PseudoTerminal {
        let script =
            background
            ? "set -m; \"$0\" \(command) -- /usr/bin/python3 -S -c \"$1\" & wait $!; echo ended with $?"
            : """
            set -m; "$0" \(command) -- /usr/bin/python3 -S -c "$1"; echo stopped with $?
            read line; \(resume); echo ended with $?
            """
        return try PseudoTerminal(
            ["--ctty", "--wait", "sh", "-c", script, BuiltTool.path, "import os, signal, sys, time\n" + program],
            program: "/usr/bin/setsid")
    }

    private func stops(_ terminal: PseudoTerminal) -> Bool {
        terminal.shows { $0.contains("stopped with \(128 + SIGTSTP)") }
    }

    @Test(arguments: ["run --quiet", "compare --quiet --with glibc --runs 1", "record --quiet -o %"])
    func theCommandStopsAndGoesOnWithItsProgram(command: String) throws {
        let end: Int32 = command.hasPrefix("compare") ? 0 : 7
        // A comparison runs it twice.
        let terminal = try job(
            command.replacing("%", with: folder.file("trace")),
            """
            if not os.path.exists('\(folder.file("stopped"))'):
                open('\(folder.file("stopped"))', 'w').close()
                os.kill(os.getpid(), signal.SIGSTOP)
            print('goes on', flush=True)
            sys.exit(\(end))
            """)
        #expect(stops(terminal))
        #expect(!terminal.output.contains("goes on"))
        terminal.type("\n")
        #expect(terminal.shows { $0.contains("ended with") })
        #expect(terminal.output.contains("ended with \(end)"), "\(terminal.output)")
        _ = terminal.end()
    }

    /// As under a limiter of CPU time: nobody would continue the command.
    @Test(arguments: ["run --quiet", "compare --quiet --with glibc --runs 1", "record --quiet -o %"])
    func withoutAShellThatWaitsForItTheCommandDoesNotStop(command: String) throws {
        let script = try folder.write(
            "#!/bin/sh\n( sleep 0.2; kill -CONT $$ ) &\nkill -STOP $$; echo resumed\n", to: "script")
        chmod(script, 0o755)
        let words = command.replacing("%", with: folder.file("trace")).split(separator: " ").map(String.init)
        let outcome = try BuiltTool.run(words + ["--", script])
        #expect(outcome.code == 0, "\(outcome)")
    }

    @Test func aJobInTheBackgroundDoesNotStopForALimiter() throws {
        let terminal = try job(
            "run --quiet",
            """
            if os.fork() == 0:
                time.sleep(0.2); os.kill(os.getppid(), signal.SIGCONT); os._exit(0)
            os.kill(os.getpid(), signal.SIGSTOP)
            sys.exit(7)
            """, background: true)
        #expect(terminal.shows { $0.contains("ended with 7") })
        _ = terminal.end()
    }

    /// As in an editor, which leaves its screen before it stops.
    @Test func aProgramThatTakesTheKeyItselfStopsTheCommandOnce() throws {
        let terminal = try job(
            "run --quiet",
            """
            def leave(signal_, frame):
                os.write(1, b'left')
                os.kill(os.getpid(), signal.SIGSTOP)
                os.write(1, b'is back')
                os._exit(7)
            signal.signal(signal.SIGTSTP, leave)
            os.write(1, b'ready')
            while True: signal.pause()
            """)
        #expect(terminal.shows { $0.contains("ready") })
        terminal.type("\u{1a}")
        #expect(stops(terminal) && terminal.output.contains("left"))
        terminal.type("\n")
        #expect(terminal.shows { $0.contains("ended with 7") })
        #expect(terminal.output.contains("is back"))
        _ = terminal.end()
    }

    /// As a shell does that the program is.
    @Test func aProgramThatHasTakenTheTerminalHasItAgain() throws {
        let terminal = try job(
            "run --quiet",
            """
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.setpgid(0, 0); os.tcsetpgrp(0, os.getpgrp())
            os.kill(os.getpid(), signal.SIGSTOP)
            print('has it' if os.tcgetpgrp(0) == os.getpgrp() else 'lacks it', flush=True)
            print('read', repr(sys.stdin.readline()), flush=True)
            sys.exit(7)
            """)
        #expect(stops(terminal))
        terminal.type("\n")
        #expect(terminal.shows { $0.contains("has it") })
        terminal.type("word\n")
        #expect(terminal.shows { $0.contains("read 'word\\n'") && $0.contains("ended with 7") })
        _ = terminal.end()
    }

    @Test func aSignalToTheCommandAloneContinuesTheProgram() throws {
        let terminal = try job(
            "run --quiet", "os.kill(os.getpid(), signal.SIGSTOP); print('goes on', flush=True)",
            resume: "kill -CONT $(cat /proc/$$/task/$$/children); read line")
        #expect(stops(terminal))
        terminal.type("\n")
        #expect(terminal.shows { $0.contains("goes on") })
        terminal.type("\n")
        _ = terminal.end()
    }

    @Test func aLiveViewGivesTheTerminalBackMeanwhile() throws {
        let terminal = try job(
            "run --live --quiet",
            """
            kept = [bytes(12000) for i in range(1024)]
            while not os.path.exists('\(folder.file("go"))'): time.sleep(0.02)
            os.kill(os.getpid(), signal.SIGSTOP)
            sys.exit(7)
            """)
        #expect(terminal.shows { $0.contains("\u{1b}[?1049h") && $0.contains("q close") })
        try folder.write("", to: "go")
        #expect(stops(terminal))
        #expect(terminal.isGivenBack)
        terminal.type("\n")
        #expect(terminal.shows { $0.contains("ended with 7") })
        #expect(terminal.isGivenBack)
        _ = terminal.end()
    }
}
