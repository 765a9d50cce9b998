import ArgumentParser
import FoundationEssentials
import PageHeapTrace

/// `pageheap trace`: shows what a recorded trace holds.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Shows what a trace of 'pageheap record' holds.",
        discussion: """
            For each process, or for the ten with the most events: events, threads, sizes, lifetimes, and the most bytes \
            that were in use. The trace may be larger than memory, and damaged: what is sound is shown, and what is lost is \
            said. Of a thread that allocates while no other one does, one event in 32 has a time, so lifetimes of fewer \
            events are not known.

            In --text, each line is an event: the time in seconds, the process and the thread as the trace numbers them, \
            what was done, and its numbers: 'malloc ADDRESS BYTES', 'calloc ADDRESS BYTES', \
            'memalign ADDRESS BYTES ALIGNMENT', 'realloc OLD NEW BYTES', 'free ADDRESS', 'end'.

            EXAMPLES
              pageheap trace build.trace
              pageheap trace --all build.trace
              pageheap trace --json build.trace | jq '.processes[].peakLiveBytes'
              pageheap trace --text --process 3 build.trace | grep ' realloc '

            EXIT CODES
              0    all is shown
              1    the trace is damaged: what is sound is shown
              64   usage error
              66   there is no such trace or process, or it cannot be read
            """)

    @Argument(help: ArgumentHelp("The trace.", valueName: "FILE"), completion: .file())
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print the events.")
    var text = false

    @Flag(help: "Show all processes, not only the ten with the most events.")
    var all = false

    @Option(help: ArgumentHelp("Show only this process: a PID, or a number in the trace, as '#3'.", valueName: "PID"))
    var process: ProcessChoice?

    mutating func validate() throws {
        if json && text { throw ValidationError("--json and --text are two formats; choose one") }
    }

    mutating func run() throws {
        do {
            let reader = try TraceReader(path: file)
            let processes = try process.map { try reader.processes($0) } ?? reader.processes
            let losses = text ? try printEvents(reader, processes) : try printSummary(reader, processes)
            if losses.hasDamage { throw ExitCode(ToolExitCode.damaged.rawValue) }
        } catch let error as TraceError {
            throw ToolError(.noInput, "'\(file)': \(error)")
        }
    }

    private func printSummary(_ reader: TraceReader, _ processes: [TracedProcess]) throws -> TraceLosses {
        var progress = TraceProgress()
        let summary = try TraceSummary(reader, file: file, of: processes) { progress.show($0) }
        progress.finish()
        if json {
            try StandardOutput.write(String(decoding: try summary.json(), as: UTF8.self))
        } else {
            let style = TerminalStyle.ofStandardOutput(ProcessInfo.processInfo.environment)
            try StandardOutput.write(
                TraceSummaryText(
                    summary: summary, style: style, isOfWholeFile: process == nil,
                    mostProcesses: all ? .max : TraceSummaryText.usualProcesses
                ).text())
        }
        return summary.losses
    }

    /// How much text is written at once.
    private static let batchBytes = 1 << 16

    private func printEvents(_ reader: TraceReader, _ processes: [TracedProcess]) throws -> TraceLosses {
        var losses = reader.losses
        var lines = ""
        for process in processes {
            var events = reader.events(of: process)
            while let event = try events.next() {
                TraceEventText.append(event, of: process.number, to: &lines)
                if lines.utf8.count > Self.batchBytes {
                    try StandardOutput.write(lines)
                    lines = ""
                }
            }
            losses.add(events.losses)
        }
        try StandardOutput.write(lines)
        for remark in TraceRemarks.remarks(on: losses) { StandardError.say(remark) }
        return losses
    }
}
