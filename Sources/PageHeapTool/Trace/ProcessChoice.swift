import ArgumentParser
import PageHeapTrace

/// A process of a trace as a user names it: by its PID, or by its number in the trace, as `#3`.
///
/// A process that executes another program is another one in the trace, with the same PID and its own number. In a container,
/// PIDs are as low as numbers.
struct ProcessChoice: ExpressibleByArgument, Hashable, Sendable {
    let value: UInt64
    /// Whether the value can only be a number in the trace.
    let isNumber: Bool

    init?(argument: String) {
        isNumber = argument.hasPrefix("#")
        guard let value = UInt64(isNumber ? String(argument.dropFirst()) : argument) else { return nil }
        self.value = value
    }

    static func text(_ process: TracedProcess) -> String {
        "#\(process.number) (\(process.name), PID \(process.identifier))"
    }

    static func list(_ texts: [String]) -> String {
        texts.prefix(10).joined(separator: ", ") + (texts.count > 10 ? " and \(texts.count - 10) more" : "")
    }
}

extension TraceReader {
    /// Returns the processes that a user means: those with the PID, else the one with the number.
    ///
    /// - Throws: if there is none. The error lists those that there are.
    func processes(_ choice: ProcessChoice) throws(TraceError) -> [TracedProcess] {
        var found = choice.isNumber ? [] : processes.filter { UInt64($0.identifier) == choice.value }
        if found.isEmpty { found = processes.filter { UInt64($0.number) == choice.value } }
        if found.isEmpty {
            let texts = ProcessChoice.list(processes.map(ProcessChoice.text))
            throw TraceError("the trace has no process \(choice.value); it has \(texts.isEmpty ? "none" : texts)")
        }
        return found
    }
}
