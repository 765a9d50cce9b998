import ArgumentParser
import Foundation
import SystemPackage

/// `pageheap run`: runs one program on PageHeap.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a program on PageHeap and shows what became of its memory.",
        usage: "pageheap run [options] -- PROGRAM ARG…",
        discussion: """
            The program runs as it would without the tool: its standard input, output and error, its exit code, the \
            terminal and ^C are its own. Its child processes are followed. What the tool has to say comes at the end, on \
            standard error; while the program runs, the terminal is the program's alone and the tool is silent.

            Signals sent to the tool (HUP, INT, QUIT, TERM, USR1, USR2, ALRM, real-time ones) are passed on to the \
            program, and the report is written whatever ends it. A sender that tells the whole process group tells the \
            program twice.

            EXAMPLES
              pageheap run -- python3 build.py
              pageheap run --report run.html -- ./server --port 8080
              pageheap run --quiet --json run.json --interval 20 -- make -j4

            EXIT CODES
              the program's own; 128 and the signal's number if a signal killed it
              64   wrong use of the command line
              66   the malloc library is missing, or the program cannot be given
                   another malloc (static, setuid, for another processor)
              74   a file cannot be written (if the program failed: its own code)
              126  the program is there and cannot be executed
              127  the program was not found
            """)

    @OptionGroup var options: RunOptions

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The program, looked for in PATH as a shell would, and its arguments.", valueName: "program")
    )
    var command: [String] = []

    /// The program and its arguments, without a `--` before them.
    var programAndArguments: [String] {
        ProgramWords(words: command).programAndArguments
    }

    mutating func validate() throws {
        try ProgramWords(words: command).check(of: Self.self)
    }

    mutating func run() throws {
        let session = try preparedSession()
        let outputs = try RunOutputs(options)
        let startedAt = Date()
        let outcome = try session.run()
        let result = RunResult(
            outcome, command: programAndArguments, startedAt: startedAt, interval: session.interval,
            version: PageHeapCommand.version)
        let written = outputs.write(result)
        show(result, written)
        let code =
            result.exitCode == 0 && !written.failures.isEmpty ? ToolExitCode.inputOutput.rawValue : result.exitCode
        throw ExitCode(code)
    }

    /// Prepares the run. Throws for everything that can be wrong with the program or the library, before anything is
    /// written or started.
    private func preparedSession() throws(ToolError) -> RunSession {
        let arguments = RawStrings.ownArguments(endingIn: programAndArguments)
        let variables = ProcessInfo.processInfo.environment
        let finder = ProgramFinder(searchPath: variables["PATH"])
        let program = try finder.find(FilePath(bytes: arguments.elements[0]))
        let library = try PreloadLibrary(named: options.library.map { FilePath($0) })
        try PreloadCheck(library: library, privileges: .current(), finder: finder).check(program)
        return RunSession(
            program: program, arguments: arguments, environment: .ownEnvironment(), library: library,
            interval: .milliseconds(options.interval),
            temporaryFolders: PrivateFolder.usualPlaces(temporaryFolder: variables["TMPDIR"]))
    }

    private func show(_ result: RunResult, _ written: RunOutputs.Written) {
        for failure in written.failures { StandardError.say(failure) }
        let style = TerminalStyle.ofStandardError(ProcessInfo.processInfo.environment)
        if !options.quiet {
            StandardError.write(RunSummary(result: result, style: style, written: written.files).text())
        } else if let signal = result.signal {
            StandardError.say("the program \(ProcessEnding.killed(signal: signal).description)")
        }
    }
}
