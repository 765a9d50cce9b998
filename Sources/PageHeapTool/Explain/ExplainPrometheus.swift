import PageHeapExport

/// The account of a process's memory in Prometheus's text format.
struct ExplainPrometheus: Sendable {
    let reading: MemoryReading.Result

    func text() -> String {
        let name = "pageheap_resident_part_bytes"
        let process = [("pid", "\(reading.snapshot.process)"), ("name", reading.snapshot.name)]
        var writer = MetricsWriter(.text)
        writer.begin(name, .gauge, "Resident memory of the process, by what it is.")
        for part in reading.account.parts {
            writer.write(name, labels: process + [("part", part.kind.rawValue)], "\(part.bytes.rawValue)")
        }
        return String(decoding: writer.text, as: UTF8.self)
    }
}
