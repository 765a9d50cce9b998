import ArgumentParser

/// The options of `pageheap compare`.
struct CompareOptions: ParsableArguments {
    static let runCounts = 1...1000

    @Option(
        help: ArgumentHelp(
            "Compare PageHeap only with these, separated by commas: \(Self.names), paths of libraries, or PageHeap with a "
                + "setting: pageheap:PAGEHEAP_NAME=VALUE.",
            valueName: "NAME,PATH…"), completion: WordCompletion.allocators)
    var with: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number of runs under each allocator, 1 to 1000.", valueName: "N"))
    var runs = 3

    @Option(
        help: ArgumentHelp("Write a page with the chart and the table for the browser.", valueName: "FILE.html"),
        completion: .file())
    var report: String?

    @Option(help: ArgumentHelp("Write only the chart, as an SVG picture.", valueName: "FILE.svg"), completion: .file())
    var svg: String?

    @Option(help: ArgumentHelp("Write all figures of all runs as JSON.", valueName: "FILE"), completion: .file())
    var json: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The least milliseconds between two samples, 10 to 60000.", valueName: "MS"))
    var interval = 50

    @Option(
        help: ArgumentHelp(
            "PageHeap's library. (default: that of the command's own build or installation)", valueName: "FILE"),
        completion: .file())
    var library: String?

    @Flag(help: "Show the program's standard output and error, which are discarded by default.")
    var showOutput = false

    @Flag(help: "Print no progress and no table. Errors are still reported.")
    var quiet = false

    private static var names: String {
        ([ComparedAllocator.systemName] + KnownAllocator.all.map(\.name)).joined(separator: ", ")
    }

    /// The allocators that the user names; nil for all that are found.
    var allocatorNames: [String]? {
        with?.split(separator: ",", omittingEmptySubsequences: false).map { part in
            String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    mutating func validate() throws {
        guard Self.runCounts.contains(runs) else {
            throw ValidationError("--runs \(runs) is out of range; it takes 1 to 1000")
        }
        guard RunOptions.intervals.contains(interval) else {
            throw ValidationError("--interval \(interval) is out of range; it takes 10 to 60000 milliseconds")
        }
        if let names = allocatorNames, names.contains("") {
            throw ValidationError("--with has an empty name; separate names and paths with single commas")
        }
        try outputNames.check()
    }

    /// There is no identifier of the program among the letters, because it runs several times.
    var outputNames: OutputNames {
        OutputNames(
            [(.report, report), (.svg, svg), (.json, json)], standardOutputIsFor: "the table", letters: "et")
    }
}
