import PageHeapFigures

/// A metric of processes: its series together, under one name.
struct MetricFamily: Sendable {
    /// A series of each process.
    struct Series: Sendable {
        /// The text after the process's labels.
        let labels: [UInt8]
        let value: @Sendable (_ resident: ByteCount, _ figures: HeapFigures?) -> UInt64?
    }

    let name: String
    let kind: Figure.Kind
    let meaning: String
    /// Whether values are nanoseconds, and written as seconds.
    private(set) var isTime = false
    private(set) var series: [Series] = []

    /// Resident memory, under the name that servers use for their own.
    static let resident = MetricFamily(
        name: "process_resident_memory_bytes", kind: .gauge, meaning: "Resident memory size in bytes.",
        series: [Series(labels: []) { resident, _ in resident.rawValue }])

    /// Whether the figures could be read.
    static let published = MetricFamily(
        name: "pageheap_process_published", kind: .gauge,
        meaning: "1 if the figures of the process are among these, 0 if it publishes none that can be read.",
        series: [Series(labels: []) { _, figures in figures == nil ? 0 : 1 }])

    /// The figures that are metrics, in the order of the list, under the names that servers on the Swift library use for
    /// theirs.
    static let figures: [MetricFamily] = {
        var families: [MetricFamily] = []
        for figure in Figure.all {
            guard let metric = figure.metric else { continue }
            let index = families.firstIndex { $0.name == metric.name }
            let number = index ?? families.count
            if index == nil {
                families.append(MetricFamily(name: metric.name, kind: figure.kind, meaning: figure.meaning))
            }
            families[number].isTime = figure.unit == .nanoseconds
            families[number].series.append(
                Series(labels: ProcessLabels.text(metric.dimensions)) { _, figures in figures?.value(figure) })
        }
        return families
    }()
}
