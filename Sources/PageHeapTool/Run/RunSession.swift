import Glibc
import SystemPackage

/// One run of a program on PageHeap or another allocator.
struct RunSession: Sendable {
    /// The file to execute. It has been checked that the malloc library can be loaded into it.
    let program: FilePath
    let arguments: RawStrings
    let environment: RawStrings
    /// The libraries to preload, in their order; none for the program's own malloc. The run notes which processes have the
    /// first.
    let libraries: [PreloadLibrary]
    let interval: Duration
    /// The folders in which the folder for statistics pages may be created.
    let temporaryFolders: [FilePath]
    /// Whether one of them is PageHeap's, whose processes publish statistics.
    var readsHeapFigures = true
    /// The mean bytes between two sampled allocations; nil if no profile is wanted.
    var sampleBytes: UInt64?
    /// Whether maps of the largest heap are taken.
    var takesMaps = false
    var streams = ProgramStreams.inherited

    /// Runs the program, and returns after it has ended. Throws if it could not be started.
    ///
    /// - Parameter observer: what follows the run while it lasts.
    func run(observer: (any RunObserver)? = nil) throws(ToolError) -> RunOutcome {
        SignalSet.expectChildren()
        return try run(signalsBlockedBefore: Supervisor.signalsBlockedAtStart, observer: observer)
    }

    /// Runs the program when the supervisor's signals are already blocked, as for the later ones of several runs.
    ///
    /// - Parameters:
    ///   - signalsBlockedBefore: the signals that were blocked before that. The program starts with them blocked.
    ///   - observer: what follows the run while it lasts.
    func run(
        signalsBlockedBefore: SignalSet, observer: (any RunObserver)? = nil
    ) throws(ToolError) -> RunOutcome {
        let folder = try PrivateFolder(in: temporaryFolders)
        let variables = ChildEnvironment(
            from: environment, libraries: try preloadPaths(in: folder.path),
            statisticsFolder: readsHeapFigures ? folder.path : nil,
            profile: sampleBytes.map { (folder: folder.path, bytes: $0) }
        ).variables

        let inherited = Set(ProcessTree.descendants(of: getpid()))
        try observer?.begin()
        defer { observer?.end() }
        let launcher = ProcessAdoption.start() ? LauncherFinder.find() : nil
        let child = try ChildProcess.start(
            ChildProcess.Program(
                path: program, arguments: arguments, environment: variables, signalsBlocked: signalsBlockedBefore,
                streams: streams),
            launcher: launcher)
        let start = SuspendingClock().now
        observer?.started(child.identifier)
        let sampler = MemorySampler(
            folder: StatisticsFolder(path: folder.path, program: child.identifier),
            census: libraries.first.map { LibraryCensus(library: $0.path) }, inherited: inherited)
        var supervisor = Supervisor(
            child, start: start, interval: interval, sampler: sampler, maps: takesMaps ? MapTaker() : nil,
            observer: observer)
        var outcome = supervisor.run()
        if sampleBytes != nil { outcome.profile = ProfileFolder(path: folder.path).read() }
        return outcome
    }

    /// Returns paths of the libraries for LD_PRELOAD. Blanks and colons are separators there, so a symbolic link stands in for a
    /// path that contains them.
    private func preloadPaths(in folder: FilePath) throws(ToolError) -> [FilePath] {
        let separators: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: ":")]
        var paths: [FilePath] = []
        for library in libraries {
            guard library.path.bytes.contains(where: separators.contains) else {
                paths.append(library.path)
                continue
            }
            let link = folder.appending("library-\(paths.count).so")
            let made = library.path.withPlatformString { to in link.withPlatformString { symlink(to, $0) } }
            if made != 0 || link.bytes.contains(where: separators.contains) {
                throw ToolError(
                    .noInput,
                    "LD_PRELOAD cannot hold '\(library.path)' (spaces and colons are separators); move the library")
            }
            paths.append(link)
        }
        return paths
    }
}
