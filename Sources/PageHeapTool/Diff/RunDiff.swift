import FoundationEssentials

/// Two runs beside each other.
struct RunDiff: Sendable {
    let first: RunResult
    let second: RunResult
    /// The names of the files that the runs are from.
    let names: (first: String, second: String)

    /// A figure of both runs; nil for what was not seen or not published.
    struct Row: Hashable, Encodable, Sendable {
        enum Unit: String, Encodable, Sendable {
            case bytes, seconds, count, byteSeconds

            func text(_ value: Double) -> String {
                switch self {
                case .bytes: ByteCount(rounding: value).description
                case .seconds: TimeText.describe(seconds: value)
                case .count: KeyFigure.grouped(ByteCount(rounding: value.rounded()).rawValue)
                case .byteSeconds: "\(ByteCount(rounding: value)) × s"
                }
            }
        }

        let name: String
        let unit: Unit
        let first: Double?
        let second: Double?

        /// The ratio of the second run's figure to the first one's; nil if there is none.
        var ratio: Double? {
            guard let first, let second, first > 0 else { return nil }
            return second / first
        }

        private enum Keys: String, CodingKey { case name, unit, first, second, ratio }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(name, forKey: .name)
            try container.encode(unit, forKey: .unit)
            try container.encode(first, forKey: .first)
            try container.encode(second, forKey: .second)
            try container.encode(ratio, forKey: .ratio)
        }
    }

    var rows: [Row] {
        func row(_ name: String, _ unit: Row.Unit, _ value: (RunResult) -> Double?) -> Row {
            Row(name: name, unit: unit, first: value(first), second: value(second))
        }
        func ofHeap(_ value: @escaping (HeapFigures) -> Double) -> (RunResult) -> Double? {
            { $0.heapFiguresPublished ? value($0.heap) : nil }
        }
        return [
            row("peak resident", .bytes) { $0.peakResidentBytes?.asDouble },
            row("mean resident", .bytes) { $0.meanResidentBytes?.asDouble },
            row("resident at the end", .bytes) { $0.finalResidentBytes?.asDouble },
            row("resident over time", .byteSeconds) { $0.residentByteSeconds },
            row("wall time", .seconds) { $0.wallSeconds },
            row("CPU time", .seconds) { $0.cpuSeconds },
            row("page faults", .count) { Double($0.minorPageFaults) + Double($0.majorPageFaults) },
            row("in use at the end", .bytes, ofHeap { $0.bytes(\.in_use_bytes).asDouble }),
            row("retained at the end", .bytes, ofHeap { $0.retained.asDouble }),
            row("given back in total", .bytes, ofHeap { $0.bytes(\.returned_bytes_total).asDouble }),
            row("scavenging", .seconds, ofHeap { $0.seconds(\.worker_cpu_nanoseconds_total) }),
        ]
    }

    /// What a reader must know: that the runs are not alike, and each run's own notes.
    var notes: [String] {
        var notes: [String] = []
        if first.command != second.command { notes.append("The two runs are of different commands.") }
        if first.settings != second.settings {
            func text(_ settings: [String]) -> String { settings.isEmpty ? "none" : settings.joined(separator: " ") }
            notes.append("Settings of the first run: \(text(first.settings)); of the second: \(text(second.settings)).")
        }
        if first.exitCode != second.exitCode {
            notes.append(
                "The first run ended with exit code \(first.exitCode), the second one with \(second.exitCode).")
        }
        if first.pageheapVersion != second.pageheapVersion {
            notes.append("They were made by versions \(first.pageheapVersion) and \(second.pageheapVersion).")
        }
        notes += first.notes.map { "First run: \($0)" } + second.notes.map { "Second run: \($0)" }
        return notes
    }

    private struct Saved: Encodable {
        struct Run: Encodable {
            let file: String
            let command: [String]
            let startedAt: String
            let exitCode: Int32
        }
        let first: Run
        let second: Run
        let figures: [Row]
        let notes: [String]
    }

    /// Returns the JSON text, with sorted keys.
    func json() throws -> [UInt8] {
        func run(_ result: RunResult, _ name: String) -> Saved.Run {
            Saved.Run(file: name, command: result.command, startedAt: result.startedAt, exitCode: result.exitCode)
        }
        let saved = Saved(
            first: run(first, names.first), second: run(second, names.second), figures: rows, notes: notes)
        return try JSONText.bytes(of: saved, .difference)
    }
}
