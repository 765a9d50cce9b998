import PageHeapExport

/// A process's figures in Prometheus's text format, under the names that servers on the Swift library use for theirs.
struct PrometheusText: Sendable {
    private let snapshot: ProcessSnapshot

    init(_ snapshot: ProcessSnapshot) {
        self.snapshot = snapshot
    }

    /// Returns the text: the series of each metric together, after its help and its type.
    func text() -> String {
        let labels = ProcessLabels.text([("pid", "\(snapshot.process)"), ("name", snapshot.name)])
        var writer = MetricsWriter(.text)
        for family in [.resident] + MetricFamily.figures {
            // A figure that the process has not, such as a limit, is left out with its head.
            guard family.series.contains(where: { $0.value(snapshot.resident, snapshot.heap) != nil }) else { continue }
            writer.begin(family.name, family.kind, family.meaning)
            writer.write(family, labels: labels, resident: snapshot.resident, figures: snapshot.heap)
        }
        return String(decoding: writer.text, as: UTF8.self)
    }
}
