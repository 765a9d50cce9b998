import ArgumentParser
import FoundationEssentials
import PageHeapTrace
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

            'pageheap trace' shows what a trace holds.

            EXAMPLES
              pageheap record -o build.trace -- make
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

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The trace to write.", valueName: "FILE"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "The allocator to run the program on: \(Self.names), or the path of a library. (default: the program's own)",
            valueName: "NAME"))
    var allocator: String?

    @Flag(help: "Print no summary. Errors are still reported.")
    var quiet = false

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The program, looked up in PATH as a shell does, and its arguments.", valueName: "program")
    )
    var command: [String] = []

    private static var names: String {
        ([ComparedAllocator.systemName, "pageheap"] + KnownAllocator.all.map(\.name)).joined(separator: ", ")
    }

    /// How often memory is looked at meanwhile. The supervisor does that for `run`; here it finds processes that are not recorded.
    private static let interval = Duration.milliseconds(200)

    var words: ProgramWords { ProgramWords(words: command) }

    mutating func validate() throws {
        try OutputNames([(.trace, output)], standardOutputIsFor: "the program").check()
        try words.check(of: Self.self)
    }

    mutating func run() throws {
        let recorder = try PreloadLibrary.recorder()
        let variables = ProcessInfo.processInfo.environment
        let arguments = RawStrings.ownArguments(endingIn: words.programAndArguments)
        let finder = ProgramFinder(searchPath: variables["PATH"])
        let program = try finder.find(arguments.elements[0])
        let environment = try environment(recorder, variables)
        try PreloadCheck(library: recorder, privileges: .current(), finder: finder, purpose: .recording).check(program)
        let trace = try NewTrace(FilePath(output))
        let session = RunSession(
            program: program, arguments: arguments,
            environment: environment.setting(["\(Self.variable)=\(trace.path.string)"]), library: recorder,
            interval: Self.interval, temporaryFolders: PrivateFolder.usualPlaces(temporaryFolder: variables["TMPDIR"]),
            readsHeapFigures: false)
        let outcome: RunOutcome
        do {
            outcome = try session.run()
        } catch {
            trace.remove()
            throw error
        }
        if !quiet {
            let style = TerminalStyle.ofStandardError(variables)
            let summary = RecordSummary(
                trace: trace, outcome: outcome, command: words.programAndArguments, style: style)
            StandardError.write(summary.text())
        } else if let signal = outcome.ending.signal {
            StandardError.say("the program \(ProcessEnding.killed(signal: signal).description)")
        }
        throw ExitCode(outcome.ending.exitCode)
    }

    /// The variable that names the file to the recorder.
    private static let variable = "PAGEHEAPRECORD_FILE"

    /// Returns the program's environment: with the allocator's library to preload, if one was named, or with what the user preloads.
    private func environment(
        _ recorder: PreloadLibrary, _ variables: [String: String]
    ) throws(ToolError) -> RawStrings {
        let own = RawStrings.ownEnvironment()
        guard let allocator else { return own }
        let isPageHeap = allocator.lowercased().split(separator: ":").first == "pageheap"
        let chosen = try AllocatorSelection.allocator(
            named: allocator, pageHeap: isPageHeap ? try PreloadLibrary(named: nil) : recorder,
            finder: LibraryFinder(libraryPath: variables["LD_LIBRARY_PATH"]), option: "--allocator")
        guard let library = chosen.library else { return own.without(ChildEnvironment.preloadVariable) }
        if library.path.string.contains(where: { " :".contains($0) }) {
            throw ToolError(
                .noInput,
                "LD_PRELOAD cannot hold '\(library.path)' (spaces and colons are separators); move the library")
        }
        return own.setting(["\(ChildEnvironment.preloadVariable)=\(library.path.string)"] + chosen.settings)
    }
}
