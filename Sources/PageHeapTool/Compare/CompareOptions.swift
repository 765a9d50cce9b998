import ArgumentParser

/// The options of `pageheap compare`.
struct CompareOptions: ParsableArguments {
    static let runCounts = 1...1000

    @Option(
        help: ArgumentHelp(
            "Compare PageHeap with these only: \(Self.names), and any library by its path; commas separate.",
            valueName: "NAME,PATH…"))
    var with: String?

    @Option(help: ArgumentHelp("How often to run the program under each allocator, 1 to 1000.", valueName: "N"))
    var runs = 3

    @Option(help: ArgumentHelp("Write a page with the chart and the table for the browser.", valueName: "FILE.html"))
    var report: String?

    @Option(help: ArgumentHelp("Write the chart alone as a picture.", valueName: "FILE.svg"))
    var svg: String?

    @Option(help: ArgumentHelp("Write all figures of all runs as JSON.", valueName: "FILE"))
    var json: String?

    @Option(help: ArgumentHelp("Milliseconds between two samples, 10 to 60000.", valueName: "MS"))
    var interval = 50

    @Option(
        help: ArgumentHelp("PageHeap's library, if not \(PreloadLibrary.fileName) beside the tool.", valueName: "FILE"))
    var library: String?

    @Flag(help: "Let the program's output and messages through, which are dropped otherwise.")
    var showOutput = false

    @Flag(help: "No progress and no table; messages about errors stay.")
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
            throw ValidationError("--with has an empty name; it takes names and paths with one comma between two")
        }
        try OutputNames(report: report, svg: svg, json: json, standardOutputIsFor: "the table").check()
    }
}
