import ArgumentParser
import PageHeapCore

/// The options of `pageheap run`.
struct RunOptions: ParsableArguments {
    static let intervals = 10...60_000

    @Option(
        help: ArgumentHelp("Write a page with the curves and figures for the browser.", valueName: "FILE.html"),
        completion: .file())
    var report: String?

    @Option(help: ArgumentHelp("Write only the chart, as an SVG picture.", valueName: "FILE.svg"), completion: .file())
    var svg: String?

    @Option(help: ArgumentHelp("Write all figures and samples as JSON.", valueName: "FILE"), completion: .file())
    var json: String?

    @Option(
        help: ArgumentHelp("Write the samples as a table of comma-separated values.", valueName: "FILE.csv"),
        completion: .file())
    var csv: String?

    @Option(
        help: ArgumentHelp(
            """
            Write a profile of sampled allocations: by which calls the blocks in use at the end were allocated, and which \
            pin pages. For pprof if the name ends in .pb.gz or .pb; folded stacks if it ends in .folded or .txt.
            """, valueName: "FILE"), completion: .file())
    var profile: String?

    @Flag(
        help: ArgumentHelp(
            "Also show maps of the largest heap over time, in the report and the JSON.",
            discussion: """
                The program runs with PAGEHEAP_CONTROL=1, and the heap's thread writes a map up to four times a second. See \
                'pageheap map --help'.
                """))
    var maps = false

    @Option(
        help: ArgumentHelp(
            "Mean bytes between two sampled allocations, with --profile. (default: 512K)", valueName: "BYTES"))
    var profileBytes: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The least milliseconds between two samples, 10 to 60000.", valueName: "MS"))
    var interval = 100

    @Option(
        help: ArgumentHelp(
            "The malloc library. (default: that of the command's own build or installation)", valueName: "FILE"),
        completion: .file())
    var library: String?

    @Flag(
        help: """
            Show the memory while the program runs, as 'pageheap top' does; without a terminal, as lines on standard error.
            """)
    var live = false

    @Flag(help: "Print no summary. Errors are still reported.")
    var quiet = false

    /// The mean bytes between two samples, if a profile is wanted.
    var sampleBytes: UInt64? {
        guard profile != nil else { return nil }
        guard let profileBytes else { return Tunables.sampleBytes }
        let bytes = ByteCount(parsing: profileBytes)?.rawValue
        return bytes.flatMap { (1...Tunables.sampleBytesLimit).contains($0) ? $0 : nil }
    }

    mutating func validate() throws {
        guard Self.intervals.contains(interval) else {
            throw ValidationError("--interval \(interval) is out of range; it takes 10 to 60000 milliseconds")
        }
        if let profile, ProfileFormat(fileName: profile) == nil, !profile.isEmpty, profile != "-" {
            throw ValidationError("--profile takes \(ProfileFormat.accepted), but got '\(profile)'")
        }
        if let profileBytes {
            if profile == nil { throw ValidationError("--profile-bytes needs --profile FILE") }
            guard sampleBytes != nil else {
                throw ValidationError(
                    "--profile-bytes takes 1 to 1T bytes, such as 65536 or 64K, but got '\(profileBytes)'")
            }
        }
        if maps, report == nil, json == nil {
            throw ValidationError("--maps needs --report FILE or --json FILE, which have the maps")
        }
        try outputNames.check()
    }

    var outputNames: OutputNames {
        OutputNames(
            [(.report, report), (.svg, svg), (.json, json), (.csv, csv), (.profile, profile)],
            standardOutputIsFor: "the program", letters: "pet")
    }
}
