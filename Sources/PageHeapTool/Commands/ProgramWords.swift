import ArgumentParser

/// The words of the command line that begin with the program's name, or with the `--` before it.
struct ProgramWords {
    let words: [String]

    /// The program and its arguments.
    var programAndArguments: [String] {
        words.first == "--" ? Array(words.dropFirst()) : words
    }

    /// Throws if there is no program, or if help or the version is requested instead: ArgumentParser passes these words
    /// on without reading them.
    /// - Parameter command: the command that the words belong to.
    func check(of command: any ParsableCommand.Type) throws {
        if let first = words.first, ["--help", "-h"].contains(first) { throw CleanExit.helpRequest(command) }
        if words.first == "--version" { throw CleanExit.message(PageHeapCommand.nameAndVersion) }
        if let first = words.first, first != "--", first.hasPrefix("-") {
            throw ValidationError("unknown option '\(first)'")
        }
        if programAndArguments.isEmpty {
            let name = command.configuration.commandName ?? ""
            throw ValidationError("no program given; name one after '--': pageheap \(name) -- PROGRAM ARG…")
        }
    }
}
