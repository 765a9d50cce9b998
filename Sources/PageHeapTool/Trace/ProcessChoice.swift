import PageHeapTrace

extension TraceReader {
    /// Returns the processes that a user names: those with this PID, else the one with this number in the trace.
    ///
    /// A process that executes another program is another one in the trace, with the same PID and its own number.
    ///
    /// - Throws: if there is none. The error lists those that there are.
    func processes(named wanted: UInt64) throws(TraceError) -> [TracedProcess] {
        var found = processes.filter { UInt64($0.identifier) == wanted }
        if found.isEmpty { found = processes.filter { UInt64($0.number) == wanted } }
        if found.isEmpty {
            let texts = ProcessChoice.list(processes.map(ProcessChoice.text))
            throw TraceError("the trace has no process \(wanted); it has \(texts.isEmpty ? "none" : texts)")
        }
        return found
    }
}

/// How the processes of a trace are named to a user who may choose one.
enum ProcessChoice {
    static func text(_ process: TracedProcess) -> String {
        "\(process.number) (\(process.name), PID \(process.identifier))"
    }

    static func list(_ texts: [String]) -> String {
        texts.prefix(10).joined(separator: ", ") + (texts.count > 10 ? " and \(texts.count - 10) more" : "")
    }
}
