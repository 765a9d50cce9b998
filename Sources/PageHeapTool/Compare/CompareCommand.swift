import ArgumentParser
import FoundationEssentials
import Glibc
import SystemPackage

/// `pageheap compare`: runs the same program under several allocators.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Runs a program under each allocator found on the machine and compares time and memory.",
        usage: "pageheap compare [options] -- PROGRAM ARG…",
        discussion: """
            The program runs on PageHeap, on the system's own malloc, and on every other known allocator that is found, \
            once per round; each round starts with a different one. The table goes to standard output, progress to \
            standard error.

            The program's standard output and error are discarded. Its standard input is the tool's, rewound for each \
            run, if that is a file, and empty otherwise. An LD_PRELOAD in the environment is left out. Processes that a \
            run leaves behind are terminated. ^C ends the comparison; completed runs are still shown.

            THE LAST DROP
              The last time that resident memory fell by at least a tenth of its peak;
              +1 s, +5 s and +10 s are counted from there. A fall lasts until memory
              rises by a tenth again, or does not fall further for two seconds; falls
              in the program's last second do not count. If memory never fell that
              much, the time of the peak is used, and 'fell at' shows '-'. '+1 s' and
              so on show '-' if the program ended before.

            EXAMPLES
              pageheap compare -- python3 build.py
              pageheap compare --with glibc,jemalloc --report compare.html -- ./server
              pageheap compare --with pageheap:PAGEHEAP_RETAIN_PERCENT=20 -- ./server
              pageheap compare --with ./libmy.so.1 --runs 7 --json compare.json -- make

            EXIT CODES
              0    the program ended the same way in all runs, even if it failed
              1    it ended differently in some runs; the table says how
              64   usage error
              66   a library is missing or unsuitable, or the program cannot be
                   given another malloc (static, setuid, for another processor)
              74   a file cannot be written
              126  the program was found but cannot be executed
              127  the program was not found
              128 plus the signal's number if a signal ended the comparison
            """)

    @OptionGroup var options: CompareOptions

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The program, looked up in PATH as a shell does, and its arguments.", valueName: "program"),
        completion: WordCompletion.program)
    var command: [String] = []

    var words: ProgramWords { ProgramWords(words: command) }

    mutating func validate() throws {
        try words.check(of: Self.self)
    }

    mutating func run() throws {
        let variables = ProcessInfo.processInfo.environment
        let pageHeap = try PreloadLibrary(named: options.library.map { FilePath($0) })
        if options.library != nil { try pageHeap.checkNamed() }
        let selection = try AllocatorSelection(
            names: options.allocatorNames, pageHeap: pageHeap,
            finder: LibraryFinder(libraryPath: variables["LD_LIBRARY_PATH"]))
        let session = try preparedSession(selection, pageHeap: pageHeap, variables: variables)
        let startedAt = Date()
        let outputs = try RunOutputs(
            options.outputNames,
            FileNamePattern.Values(program: FilePath(words.programAndArguments[0]), startedAt: startedAt))
        let outcome = session.run()
        let result = CompareResult(
            selection: selection, runs: outcome.runs, command: words.programAndArguments, startedAt: startedAt,
            rounds: options.runs, interval: options.interval, stopped: outcome.stop?.description,
            version: PageHeapCommand.version)
        try finish(result, outputs, stop: outcome.stop, variables: variables)
    }

    /// Prepares the session. Throws for everything that can be wrong with the program, before anything is run.
    private func preparedSession(
        _ selection: AllocatorSelection, pageHeap: PreloadLibrary, variables: [String: String]
    ) throws(ToolError) -> CompareSession {
        let program = try PreparedProgram(words, variables: variables)
        try program.check(pageHeap, for: .comparison)
        let environment = RawStrings.ownEnvironment().without(ChildEnvironment.preloadVariable)
        let input = RepeatableInput()
        let output = options.showOutput ? ProgramStreams.Place.inherited : .nowhere
        let streams = ProgramStreams(
            input: input.isFile ? .inherited : .nowhere, output: output, errors: output)
        let interval = Duration.milliseconds(options.interval)
        let progress = CompareProgress(
            total: selection.allocators.count * options.runs,
            rewrites: isatty(STDERR_FILENO) == 1 && variables["TERM"] != "dumb" && !options.showOutput)
        return CompareSession(
            allocators: selection.allocators, rounds: options.runs,
            session: { allocator in
                var session = program.session(
                    allocator.library.map { [$0] } ?? [], environment: environment.setting(allocator.settings),
                    interval: interval)
                session.readsHeapFigures = allocator.isPageHeap
                session.streams = streams
                return session
            }, input: input, progress: options.quiet ? nil : progress)
    }

    /// Writes and shows the results so far, and throws the exit code.
    private func finish(
        _ result: CompareResult, _ outputs: RunOutputs, stop: CompareSession.Stop?,
        variables: [String: String]
    ) throws {
        guard result.hasRuns else {
            if case .failure(let error) = stop { throw error }
            throw ExitCode(stop?.exitCode ?? 0)
        }
        let written = outputs.write([
            .report: { Array(CompareReport(result: result).page().utf8) },
            .svg: { Array(CompareChart(result).file().utf8) },
            .json: { try result.json() },
        ])
        for failure in written.failures { StandardError.say(failure) }
        if !options.quiet {
            try StandardOutput.write(CompareTable(result: result, style: .ofStandardOutput(variables)).text())
            for file in written.files { StandardError.say("\(file.output.purpose) written to \(file.path)") }
        }
        if let stop {
            if options.quiet { StandardError.say("not all rounds were run: \(stop.description)") }
            throw ExitCode(stop.exitCode)
        }
        if !written.failures.isEmpty { throw ExitCode(ToolExitCode.inputOutput.rawValue) }
        if !result.endingsAgree { throw ExitCode(1) }
    }
}
