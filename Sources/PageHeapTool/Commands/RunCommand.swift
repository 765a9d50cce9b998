import ArgumentParser
import FoundationEssentials
import SystemPackage

/// `pageheap run`: runs one program on PageHeap.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs a program on PageHeap and shows its memory use over time.",
        usage: "pageheap run [options] -- PROGRAM ARG…",
        discussion: """
            The program runs as it would without the tool: it keeps its standard streams, exit code, terminal and ^C. \
            Its child processes are followed. The tool prints a summary to standard error at the end, and nothing while \
            the program runs, unless there is --live.

            With --live, the terminal shows the memory of all processes meanwhile, as 'pageheap top' does, and the keys are \
            those of 'pageheap top'. What the program writes to the terminal is kept in a file, and shown at the end, or \
            when q closes the view; then the program goes on. It reads no keys: its standard input is empty if that is \
            the terminal. ^C, ^\\ and ^Z reach the program as usual. The program is started with PAGEHEAP_CONTROL=1, unless \
            the variable is set. If standard error and output are no terminal, or one without a cursor, a line is written to \
            standard error each second, and all else is as without --live.

            Signals sent to the tool (HUP, INT, QUIT, TERM, USR1, USR2, ALRM, real-time ones) are passed on to the \
            program, and the report is written however the program ends. A signal that a process sends to the whole \
            process group reaches the program twice. If the program stops, the tool stops, too, so that the shell has its \
            terminal back; 'fg' continues both.

            In the names of output files, %p becomes the program's process identifier, %e its name, %t the time of its \
            start in seconds since 1970, and %% a percent sign.

            EXAMPLES
              pageheap run -- python3 build.py
              pageheap run --report run.html -- ./server --port 8080
              pageheap run --maps --report run.html -- ./server
              pageheap run --csv run.csv -- ./server
              pageheap run --live -- ./server
              pageheap run --json 'runs/%e-%p.json' -- ./server
              pageheap run --profile heap.pb.gz -- ./server && pprof -http : heap.pb.gz
              pageheap run --quiet --json run.json --interval 20 -- make -j4

            EXIT CODES
              the program's own; 128 plus the signal's number if a signal killed it
              64   usage error
              66   the malloc library is missing or unsuitable, or the program cannot
                   be given another malloc (static, setuid, for another processor)
              74   a file cannot be written (if the program failed, its own code instead)
              126  the program was found but cannot be executed
              127  the program was not found
            """)

    @OptionGroup var options: RunOptions

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The program, looked up in PATH as a shell does, and its arguments.", valueName: "program"),
        completion: WordCompletion.program)
    var command: [String] = []

    /// The program and its arguments, without a `--` before them.
    var programAndArguments: [String] {
        ProgramWords(words: command).programAndArguments
    }

    mutating func validate() throws {
        try ProgramWords(words: command).check(of: Self.self)
    }

    mutating func run() throws {
        let program = try PreparedProgram(
            ProgramWords(words: command), variables: ProcessInfo.processInfo.environment)
        let live = options.live ? try LiveView(of: program) : nil
        let session = try preparedSession(program, live)
        let startedAt = Date()
        var outputs = try RunOutputs(
            options.outputNames, FileNamePattern.Values(program: program.path, startedAt: startedAt))
        let outcome = try session.run(observer: live)
        outputs.set(process: outcome.process)
        let result = RunResult(
            outcome, command: programAndArguments, settings: session.environment.settings, startedAt: startedAt,
            interval: session.interval,
            version: PageHeapCommand.version)
        let written = outputs.write(
            result, profile: outcome.profile, as: options.profile.flatMap { ProfileFormat(fileName: $0) })
        show(result, written)
        let code =
            result.exitCode == 0 && !written.failures.isEmpty ? ToolExitCode.inputOutput.rawValue : result.exitCode
        throw ExitCode(code)
    }

    /// Prepares the run. Throws for everything that can be wrong with the library, before anything is written or started.
    private func preparedSession(_ program: PreparedProgram, _ live: LiveView?) throws(ToolError) -> RunSession {
        let library = try PreloadLibrary(named: options.library.map { FilePath($0) })
        if options.library != nil { try library.checkNamed() }
        try program.check(library)
        var environment = RawStrings.ownEnvironment()
        let asksIfAllowed = live?.asksProcesses == true && program.variables[ChildEnvironment.controlVariable] == nil
        if options.maps || asksIfAllowed {
            environment = environment.setting(["\(ChildEnvironment.controlVariable)=1"])
        }
        var session = program.session(
            [library], environment: environment, interval: .milliseconds(options.interval))
        session.sampleBytes = options.sampleBytes
        session.takesMaps = options.maps
        session.streams = live?.streams ?? .inherited
        return session
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
