import Glibc
import SystemPackage

/// One program's run on PageHeap or on another allocator, from the preparations to the end of the program.
struct RunSession: Sendable {
    /// The file to execute, the malloc library checked against it.
    let program: FilePath
    let arguments: RawStrings
    let environment: RawStrings
    /// nil for the malloc that the program has anyway.
    let library: PreloadLibrary?
    let interval: Duration
    /// Where the folder for the statistics pages may be made.
    let temporaryFolders: [FilePath]
    /// Whether the library is PageHeap's, whose processes publish figures.
    var readsHeapFigures = true
    var streams = ProgramStreams.inherited

    /// How far two of the kernel's marks of the same memory may lie apart: it counts in batches on each processor.
    private static let markTolerance = ByteCount(2 << 20)

    /// Starts the program and returns after its end; throws if it could not be started.
    func run() throws(ToolError) -> RunOutcome {
        // Where the tool itself was started with SIGCHLD ignored, no exit codes could be had.
        signal(SIGCHLD, SIG_DFL)
        return try run(signalsBlockedBefore: Supervisor.signals.block())
    }

    /// The same where the supervisor's signals are blocked already, as from the second of several runs on.
    /// - Parameter signalsBlockedBefore: what was blocked before that; the program starts out with it.
    func run(signalsBlockedBefore: SignalSet) throws(ToolError) -> RunOutcome {
        let folder = try PrivateFolder(in: temporaryFolders)
        let variables = ChildEnvironment(
            from: environment, library: try preloadPath(in: folder.path),
            statisticsFolder: readsHeapFigures ? folder.path : nil
        ).variables

        ProcessAdoption.start()
        let start = SuspendingClock().now
        let process = try ChildProcess.start(
            program, arguments: arguments, environment: variables, signalsBlocked: signalsBlockedBefore,
            streams: streams)
        // The program started out in the tool's memory, and the kernel's mark of it remembers that.
        let residentFloor = ResidentMemory.ownHighWaterMark() + Self.markTolerance
        let sampler = MemorySampler(folder: StatisticsFolder(path: folder.path, program: process))
        var supervisor = Supervisor(
            program: process, start: start, interval: interval, sampler: sampler, residentFloor: residentFloor)
        let outcome = supervisor.run()
        return outcome
    }

    /// The library's path as LD_PRELOAD can hold it. Blanks and colons separate there: a link stands in for such a path.
    private func preloadPath(in folder: FilePath) throws(ToolError) -> FilePath? {
        guard let library else { return nil }
        let separators: Set<UInt8> = [UInt8(ascii: " "), UInt8(ascii: ":")]
        guard library.path.bytes.contains(where: separators.contains) else { return library.path }
        let link = folder.appending(PreloadLibrary.fileName)
        let made = library.path.withPlatformString { to in link.withPlatformString { symlink(to, $0) } }
        if made != 0 || link.bytes.contains(where: separators.contains) {
            throw ToolError(
                .noInput, "LD_PRELOAD cannot hold '\(library.path)' (blanks and colons separate); move the library")
        }
        return link
    }
}
