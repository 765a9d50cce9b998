import PageHeapTrace
import SystemPackage

/// What `pageheap record` says at the end: how the program ended, what was recorded, what was not, and what to do next.
struct RecordSummary {
    let trace: NewTrace
    /// The name that programs know the file by, if it has that beside its target.
    let firstName: FilePath?
    let outcome: RunOutcome
    let command: [String]
    let style: TerminalStyle

    func text() -> String {
        let file = CommandText.short([trace.file.string], limit: 1000)
        let name = CommandText.short(command, limit: max(style.width - 40, 20))
        var lines = ["", "pageheap: \(style.styled(name, .bold)) \(outcome.ending.description)"]
        do {
            let reader = try TraceReader(path: trace.file.string)
            lines.append("  \(size(of: reader)) written to \(file)")
            for remark in remarks(on: reader) {
                lines += WrappedText.lines(remark, width: style.width - 2).map { "  " + style.styled($0, .warning) }
            }
            if !reader.processes.isEmpty { lines.append("  next: pageheap trace \(file)") }
        } catch {
            lines.append("  " + style.styled("the trace cannot be read: \(error)", .warning))
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    private func size(of reader: TraceReader) -> String {
        let count = reader.processes.count
        return "\(ByteCount(reader.fileBytes)) of \(count) \(count == 1 ? "process" : "processes")"
    }

    private func remarks(on reader: TraceReader) -> [String] {
        var remarks: [String] = []
        if let failure = trace.failure {
            remarks.append("The file has another name than '\(trace.target)', which cannot be made: \(failure).")
        }
        if reader.processes.isEmpty {
            remarks.append("No process was recorded: none loaded the recorder and allocated.")
        }
        if let stranger = outcome.census?.largestStranger {
            remarks.append(
                "'\(stranger.name)' (process \(stranger.processIdentifier)) was not recorded: \(stranger.cause.text).")
        }
        let losses = reader.losses
        if losses.stoppedProcesses > 0 {
            remarks.append(
                "The file could not grow (\(TraceRemarks.reason(losses.stopReason))); \(losses.stoppedProcesses) "
                    + "\(losses.stoppedProcesses == 1 ? "process was" : "processes were") recorded only up to then.")
        }
        if outcome.processesLeft > 0 {
            let are = outcome.processesLeft == 1 ? "process still runs, and is" : "processes still run, and are"
            let name = firstName.map { " For that, the file is also '\($0.lastComponent?.string ?? "")'." } ?? ""
            remarks.append("\(outcome.processesLeft) \(are) still recorded.\(name)")
        }
        return remarks
    }
}
