import ArgumentParser

/// The options of `pageheap replay`.
struct ReplayOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Also replay with these settings of PageHeap: PAGEHEAP_NAME=VALUE, several separated by commas. May be given "
                + "several times.", valueName: "SETTINGS"))
    var policy: [String] = []

    @Option(
        help: ArgumentHelp(
            "Also perform the trace for real, under PageHeap and these allocators: names as in 'compare --with', or all. "
                + "Separated by commas; may be given several times.", valueName: "NAME,PATH…"),
        completion: WordCompletion.allocators)
    var allocator: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How fast the trace is performed for real: max, or how many times faster than it was recorded, such as 1. Needs "
                + "--allocator. (default: max)",
            valueName: "SPEED"))
    var speed: String?

    @Option(
        help: ArgumentHelp(
            "The process to replay: a PID, or the number of a process in a recording, as '#3'. (default: the one with the most "
                + "bytes of events in a recording, else the first)", valueName: "PID"))
    var process: ProcessChoice?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many events make a second, in a trace that has no times. (default: 1000000)",
            valueName: "EVENTS-PER-SECOND"))
    var rate: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long to go on after the last event, 0 to 3600.", valueName: "SECONDS"))
    var idle = 10.0

    @Flag(help: "Print JSON instead of a table.")
    var json = false

    @Option(help: ArgumentHelp("Write the curves as a table.", valueName: "FILE"), completion: .file())
    var csv: String?

    @Option(
        name: [.customShort("o"), .customLong("report")],
        help: ArgumentHelp("Write a page with the curves and the table for the browser.", valueName: "FILE.html"),
        completion: .file())
    var report: String?

    @Option(
        help: ArgumentHelp(
            "PageHeap's library, for real replays. (default: that of the command's own build or installation)",
            valueName: "FILE"), completion: .file())
    var library: String?

    @Flag(help: "Print no progress and no table. Errors are still reported.")
    var quiet = false

    /// How many times faster than recorded; 0 for as fast as possible.
    var speedFactor: Double { speed.flatMap { Double($0) } ?? 0 }

    /// The allocators to perform the trace under: nil for none, and an empty list for all that are found.
    var allocatorNames: [String]? {
        let names = allocator.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        if names.isEmpty { return nil }
        return names.contains("all") ? [] : names
    }

    mutating func validate() throws {
        if let rate, !(1...1_000_000_000).contains(rate) {
            throw ValidationError("--rate takes 1 to 1000000000 events per second")
        }
        if !(idle >= 0 && idle <= 3600) { throw ValidationError("--idle takes 0 to 3600 seconds") }
        if let speed {
            guard speed == "max" || Double(speed).map({ $0 >= 0.001 && $0 <= 1e6 }) == true else {
                throw ValidationError("--speed takes max, or a factor from 0.001 to 1000000")
            }
            if allocator.isEmpty {
                throw ValidationError("--speed is of replays for real; name allocators for them with --allocator")
            }
        }
        if allocatorNames?.contains("") == true {
            throw ValidationError("--allocator has an empty name; separate names and paths with single commas")
        }
    }

    var outputNames: OutputNames { OutputNames([(.csv, csv), (.report, report)], standardOutputIsFor: "the table") }
}
