import ArgumentParser
import FoundationEssentials
import Glibc
import SystemPackage

/// `pageheap record`: records what a program asks of its malloc.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Records every allocation of a program, with time and thread, as a trace.",
        usage: "pageheap record -o FILE [options] -- PROGRAM ARG…",
        discussion: """
            The program runs on its own malloc, or on the one that --allocator names, and as it would without the tool: it \
            keeps its standard streams, exit code, terminal and ^C. Its child processes are recorded, too, and those that \
            run on after it.

            The programs write to the file as they run, a few bytes for each event, and without a thread of their \
            own. A program that is killed loses nothing. If the file cannot grow, recording stops, a line says so, and the \
            program goes on. The file must not be cut short while programs record into it.

            In the trace's name, %p becomes the program's process identifier, %e its name, %t the time of its start in \
            seconds since 1970, and %% a percent sign.

            If recording takes more than two seconds, a line on standard error says for how long, how large the file is, and \
            how many events its finished blocks have; but only on a terminal that the program's standard output does not \
            share.

            'pageheap trace' shows what a trace holds.

            EXAMPLES
              pageheap record -o build.trace -- make
              pageheap record -o 'traces/%e-%p.trace' -- ./server
              pageheap record -o server.trace --allocator jemalloc -- ./server --port 8080
              pageheap trace build.trace

            EXIT CODES
              the program's own; 128 plus the signal's number if a signal killed it
              64   usage error
              66   the recorder or the allocator is missing, or the program cannot
                   be recorded (static, setuid, for another processor)
              74   the file cannot be written
              126  the program was found but cannot be executed
              127  the program was not found
            """)

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("The trace to write.", valueName: "FILE"),
        completion: .file())
    var output: String

    @Option(
        help: ArgumentHelp(
            "The allocator to run the program on: \(Self.names), or the path of a library. (default: the program's own)",
            valueName: "NAME"), completion: WordCompletion.allocators)
    var allocator: String?

    @Flag(help: "Print no summary. Errors are still reported.")
    var quiet = false

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The program, looked up in PATH as a shell does, and its arguments.", valueName: "program"),
        completion: WordCompletion.program)
    var command: [String] = []

    private static var names: String {
        ([ComparedAllocator.systemName, "pageheap"] + KnownAllocator.all.map(\.name)).joined(separator: ", ")
    }

    /// How often memory is looked at meanwhile. The supervisor does that for `run`; here it finds processes that are not recorded.
    private static let interval = Duration.milliseconds(200)

    var words: ProgramWords { ProgramWords(words: command) }

    mutating func validate() throws {
        try OutputNames([(.trace, output)], standardOutputIsFor: "the program", letters: "pet").check()
        try words.check(of: Self.self)
    }

    mutating func run() throws {
        let variables = ProcessInfo.processInfo.environment
        let recorder = try PreloadLibrary.recorder()
        let program = try PreparedProgram(words, variables: variables)
        var (environment, libraries) = (RawStrings.ownEnvironment(), [recorder])
        if let chosen = try chosenAllocator(recorder, variables) {
            environment = environment.without(ChildEnvironment.preloadVariable).setting(chosen.settings)
            if let library = chosen.library { libraries.append(library) }
        }
        try program.check(recorder, for: .recording)
        let trace = try NewTrace(
            FileNamePattern(output), FileNamePattern.Values(program: program.path, startedAt: Date()))
        var session = program.session(
            libraries, environment: environment.setting(["\(Self.variable)=\(trace.path.string)"]),
            interval: Self.interval)
        session.readsHeapFigures = false
        let recording = Recording(trace, showsProgress: showsProgress(variables))
        let outcome: RunOutcome
        do {
            outcome = try session.run(observer: recording)
        } catch {
            trace.remove()
            throw error
        }
        show(recording.trace, outcome, variables)
        throw ExitCode(outcome.ending.exitCode)
    }

    /// The variable that names the file to the recorder.
    private static let variable = "PAGEHEAPRECORD_FILE"

    /// Whether a line can be rewritten on standard error. If the program writes to the terminal, too, it would be among what
    /// the program writes.
    private func showsProgress(_ variables: [String: String]) -> Bool {
        isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0 && variables["TERM"] != "dumb" && !quiet
    }

    private func show(_ trace: NewTrace, _ outcome: RunOutcome, _ variables: [String: String]) {
        let firstName = trace.settle(processesLeft: outcome.processesLeft)
        if !quiet {
            let style = TerminalStyle.ofStandardError(variables)
            let summary = RecordSummary(
                trace: trace, firstName: firstName, outcome: outcome, command: words.programAndArguments, style: style)
            return StandardError.write(summary.text())
        }
        if let failure = trace.failure {
            StandardError.say("the trace is '\(trace.file)', because '\(trace.target)' cannot be made: \(failure)")
        }
        if let signal = outcome.ending.signal {
            StandardError.say("the program \(ProcessEnding.killed(signal: signal).description)")
        }
    }

    /// Returns the allocator that was named, if one was. Otherwise, what the user preloads remains.
    private func chosenAllocator(
        _ recorder: PreloadLibrary, _ variables: [String: String]
    ) throws(ToolError) -> ComparedAllocator? {
        guard let allocator else { return nil }
        let isPageHeap = allocator.lowercased().split(separator: ":").first == "pageheap"
        return try AllocatorSelection.allocator(
            named: allocator, pageHeap: isPageHeap ? try PreloadLibrary(named: nil) : recorder,
            finder: LibraryFinder(libraryPath: variables["LD_LIBRARY_PATH"]), option: "--allocator")
    }
}
