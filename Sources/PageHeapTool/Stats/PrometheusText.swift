import PageHeapFigures

/// A process's figures in Prometheus's text format, under the names that servers on the Swift library use for theirs.
struct PrometheusText: Sendable {
    private let snapshot: ProcessSnapshot

    init(_ snapshot: ProcessSnapshot) {
        self.snapshot = snapshot
    }

    /// Returns the text: the series of each metric together, after its help and its type.
    func text() -> String {
        var names: [String] = []
        var series: [String: [String]] = [:]
        var heads: [String: String] = [:]
        for figure in Figure.all {
            guard let metric = figure.metric, let value = snapshot.heap.value(figure) else { continue }
            if heads[metric.name] == nil {
                names.append(metric.name)
                heads[metric.name] = head(metric.name, figure.kind, figure.meaning)
            }
            let shown = figure.unit == .nanoseconds ? "\(Double(value) * 1e-9)" : "\(value)"
            series[metric.name, default: []].append("\(metric.name){\(labels(metric.dimensions))} \(shown)\n")
        }
        let resident = "process_resident_memory_bytes"
        return head(resident, .gauge, "Resident memory size in bytes.")
            + "\(resident){\(labels([]))} \(snapshot.resident.rawValue)\n"
            + names.map { (heads[$0] ?? "") + (series[$0] ?? []).joined() }.joined()
    }

    private func head(_ name: String, _ kind: Figure.Kind, _ meaning: String) -> String {
        "# HELP \(name) \(meaning)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private func labels(_ dimensions: [(String, String)]) -> String {
        Self.labels([("pid", "\(snapshot.process)"), ("name", snapshot.name)] + dimensions)
    }

    /// Returns labels as they stand between the braces.
    static func labels(_ labels: [(String, String)]) -> String {
        labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            default: String(character)
            }
        }.joined()
    }
}
