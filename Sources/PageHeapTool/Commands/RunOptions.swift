import ArgumentParser

/// The options of `pageheap run`.
struct RunOptions: ParsableArguments {
    static let intervals = 10...60_000

    @Option(help: ArgumentHelp("Write a page with the curves and figures for the browser.", valueName: "FILE.html"))
    var report: String?

    @Option(help: ArgumentHelp("Write only the chart, as an SVG picture.", valueName: "FILE.svg"))
    var svg: String?

    @Option(help: ArgumentHelp("Write all figures and samples as JSON.", valueName: "FILE"))
    var json: String?

    @Option(help: ArgumentHelp("Write the samples as a table of comma-separated values.", valueName: "FILE.csv"))
    var csv: String?

    @Option(help: ArgumentHelp("Milliseconds between two samples, 10 to 60000.", valueName: "MS"))
    var interval = 100

    @Option(
        help: ArgumentHelp(
            "The malloc library. (default: \(PreloadLibrary.fileName) next to the tool)", valueName: "FILE"))
    var library: String?

    @Flag(help: "Print no summary. Errors are still reported.")
    var quiet = false

    mutating func validate() throws {
        guard Self.intervals.contains(interval) else {
            throw ValidationError("--interval \(interval) is out of range; it takes 10 to 60000 milliseconds")
        }
        try outputNames.check()
    }

    var outputNames: OutputNames {
        OutputNames(
            [("--report", report), ("--svg", svg), ("--json", json), ("--csv", csv)],
            standardOutputIsFor: "the program", letters: "pet")
    }
}
