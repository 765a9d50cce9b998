import SystemPackage

/// A program that is to be run with libraries: found as a shell finds it, before anything is written or started.
struct PreparedProgram: Sendable {
    /// The file to execute.
    let path: FilePath
    let arguments: RawStrings
    /// The tool's environment.
    let variables: [String: String]
    /// The folders in which temporary files may be created, best first; the first is in memory.
    let temporaryFolders: [FilePath]
    private let finder: ProgramFinder

    init(_ words: ProgramWords, variables: [String: String]) throws(ToolError) {
        self.variables = variables
        arguments = RawStrings.ownArguments(endingIn: words.programAndArguments)
        finder = ProgramFinder(searchPath: variables["PATH"])
        path = try finder.find(arguments.elements[0])
        temporaryFolders = PrivateFolder.usualPlaces(temporaryFolder: variables["TMPDIR"])
    }

    /// The program's name.
    var name: String { path.lastComponent?.string ?? "" }

    /// Throws an error with the reason if the loader would not load a library into the program.
    func check(_ library: PreloadLibrary, for purpose: PreloadCheck.Purpose = .malloc) throws(ToolError) {
        try PreloadCheck(library: library, privileges: .current(), finder: finder, purpose: purpose).check(path)
    }

    /// Returns a run of the program.
    ///
    /// - Parameter libraries: those to preload, in their order.
    func session(_ libraries: [PreloadLibrary], environment: RawStrings, interval: Duration) -> RunSession {
        RunSession(
            program: path, arguments: arguments, environment: environment, libraries: libraries, interval: interval,
            temporaryFolders: temporaryFolders)
    }
}
