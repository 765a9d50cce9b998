import ArgumentParser

/// The words of the command line from the program's name on, or from the `--` before it.
struct ProgramWords {
    let words: [String]

    /// The program and its arguments.
    var programAndArguments: [String] {
        words.first == "--" ? Array(words.dropFirst()) : words
    }

    /// Throws where there is no program. What stands in its place is handed over unread, the request for help included.
    /// - Parameter command: the command whose words they are.
    func check(of command: any ParsableCommand.Type) throws {
        if let first = words.first, ["--help", "-h"].contains(first) { throw CleanExit.helpRequest(command) }
        if words.first == "--version" { throw CleanExit.message(PageHeapCommand.version) }
        if let first = words.first, first != "--", first.hasPrefix("-") {
            throw ValidationError("unknown option '\(first)'")
        }
        if programAndArguments.isEmpty {
            let name = command.configuration.commandName ?? ""
            throw ValidationError("no program given; name one after '--': pageheap \(name) -- PROGRAM ARG…")
        }
    }
}
