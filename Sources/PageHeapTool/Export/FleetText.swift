import Glibc
import PageHeapExport
import PageHeapFigures

/// The text of a snapshot, made part by part.
struct FleetText: IteratorProtocol {
    /// The size of a part; the last process of it goes beyond.
    private static let partBytes = 1 << 16

    private let snapshot: FleetSnapshot
    private let families: [MetricFamily]
    private var writer: MetricsWriter
    private var family = 0
    private var reading = 0
    private var hasBegun = false
    private var hasEnded = false

    init(_ snapshot: FleetSnapshot, _ format: MetricsFormat) {
        self.snapshot = snapshot
        writer = MetricsWriter(format, capacity: Self.partBytes + 8192)
        // A metric that no process has, such as the limit, is left out.
        families = ([.published, .resident] + MetricFamily.figures).filter { family in
            snapshot.readings.contains { reading in
                family.series.contains { $0.value(reading.resident, reading.figures) != nil }
            }
        }
    }

    mutating func next() -> [UInt8]? {
        if hasEnded { return nil }
        if !hasBegun { writeOwn() }
        hasBegun = true
        while family < families.count {
            let current = families[family]
            if reading == 0 { writer.begin(current.name, current.kind, current.meaning) }
            while reading < snapshot.readings.count {
                let process = snapshot.readings[reading]
                writer.write(current, labels: process.labels, resident: process.resident, figures: process.figures)
                reading += 1
                if writer.text.count >= Self.partBytes { return writer.take() }
            }
            reading = 0
            family += 1
        }
        hasEnded = true
        writer.end()
        return writer.take()
    }

    /// Writes the metrics of the exporter itself.
    private mutating func writeOwn() {
        let processes = "pageheap_export_processes"
        writer.begin(
            processes, .gauge,
            "Processes on PageHeap by what became of them; hidden ones are other users', and may not be on PageHeap.")
        for state in FleetSnapshot.State.allCases {
            writer.write(processes, labels: [("state", state.rawValue)], "\(snapshot.counts[state] ?? 0)")
        }
        writer.write(
            "pageheap_export_scrape_duration_seconds", .gauge, "How long it took to collect these figures.",
            "\(snapshot.collectionSeconds)")
        writer.write(
            "pageheap_export_walk_duration_seconds", .gauge, "How long the last walk through all processes took.",
            "\(snapshot.walkSeconds)")
        var use = rusage()
        getrusage(RUSAGE_SELF.rawValue, &use)
        writer.write(
            "pageheap_export_cpu_seconds_total", .counter, "CPU time of the exporter itself.",
            "\(ResourceUse(use).seconds)")
        writer.write(
            "pageheap_export_resident_bytes", .gauge, "Resident memory of the exporter itself.",
            "\(ResidentMemory.running(getpid()).rawValue)")
        let build = "pageheap_export_build_info"
        writer.begin(build, .gauge, "1, with the version of the exporter.")
        writer.write(build, labels: [("version", PageHeapCommand.version)], "1")
    }
}
