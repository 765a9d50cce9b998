import ArgumentParser
import FoundationEssentials
import SystemPackage

/// `pageheap diff`: shows two saved runs beside each other.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows the figures of two saved runs beside each other.",
        discussion: """
            Both files are what 'pageheap run --json' wrote, of the same program or of two. A ratio is that of the second \
            run to the first one. One run says little about time: compare runs with 'pageheap compare' if the program can \
            be run again.

            EXAMPLES
              pageheap diff before.json after.json
              pageheap diff --json before.json after.json |
                jq '.figures[] | select(.ratio > 1.1)'

            EXIT CODES
              0    the runs are shown
              64   usage error
              66   a file is missing, or is not a saved run
            """)

    @Argument(help: ArgumentHelp("The first run.", valueName: "A.json"), completion: .file())
    var first: String

    @Argument(help: ArgumentHelp("The second run.", valueName: "B.json"), completion: .file())
    var second: String

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    mutating func run() throws {
        let diff = RunDiff(
            first: try SavedRun.read(FilePath(first)), second: try SavedRun.read(FilePath(second)),
            names: (first, second))
        if json {
            try StandardOutput.write(String(decoding: try diff.json(), as: UTF8.self))
        } else {
            let style = TerminalStyle.ofStandardOutput(ProcessInfo.processInfo.environment)
            try StandardOutput.write(DiffTable(diff: diff, style: style).text())
        }
    }
}
