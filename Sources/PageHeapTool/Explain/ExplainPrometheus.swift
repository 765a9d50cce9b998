/// The account of a process's memory in Prometheus's text format.
struct ExplainPrometheus: Sendable {
    let reading: MemoryReading.Result

    func text() -> String {
        let process = PrometheusText.labels([
            ("pid", "\(reading.snapshot.process)"), ("name", reading.snapshot.name),
        ])
        let parts = reading.account.parts.map { part in
            "pageheap_resident_part_bytes{\(process),\(PrometheusText.labels([("part", part.kind.rawValue)]))} "
                + "\(part.bytes.rawValue)\n"
        }
        return "# HELP pageheap_resident_part_bytes Resident memory of the process, by what it is.\n"
            + "# TYPE pageheap_resident_part_bytes gauge\n" + parts.joined()
    }
}
