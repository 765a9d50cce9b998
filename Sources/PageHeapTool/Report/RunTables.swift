/// The tables beneath the charts of a run: its processes and its samples.
struct RunTables: Sendable {
    let result: RunResult

    /// The maximum number of rows in the table of samples.
    static let rowLimit = 120

    func markup() -> String { [processes, samples].compactMap { $0 }.joined(separator: "\n") }

    /// nil if there was at most one process, which the figures are of.
    private var processes: String? {
        let all = result.processHistory.processes
        guard all.count > 1 else { return nil }
        let titles = ["peak resident", "peak in use", "CPU time", "page faults", "from", "to"]
        let table = ReportTable(
            columns: [ReportTable.Column(title: "process", isText: true)]
                + titles.map { ReportTable.Column(title: $0) },
            rows: all.map { process in
                [
                    ReportTable.Cell(text: process.label), .bytes(process.peakResidentBytes),
                    .bytes(process.peakInUseBytes), .seconds(process.cpuSeconds),
                    .count(process.minorPageFaults &+ process.majorPageFaults), .seconds(process.firstSeconds),
                    .seconds(process.lastSeconds),
                ]
            })
        return """
            <section class="card table"><h2>Processes</h2>
            <p class="faint">\(Markup.escape(processRemark))</p>
            \(table.markup())</section>
            """
    }

    private var processRemark: String {
        let rest = result.processHistory.processes.contains { $0.processIdentifier == nil }
        return
            "A process that executed several programs has a row for each. CPU time and page faults are what it used itself, "
            + "until it was last seen."
            + (rest
                ? " The others together had the peak in their row; their CPU time includes what no sample saw." : "")
    }

    private var samples: String {
        let rows = Downsampling.rows(of: result.samples, limit: Self.rowLimit)
        let heap = result.heapFiguresPublished
        let titles =
            ["time", "resident"] + (heap ? ["in use", "retained", "goal"] : []) + ["CPU so far", "page faults so far"]
        let table = ReportTable(
            columns: titles.map { ReportTable.Column(title: $0) },
            rows: rows.map { row in
                let ofHeap: [ReportTable.Cell] = [
                    .bytes(row.residentInUse), .bytes(row.residentRetained), .bytes(row.goalBytes),
                ]
                return [.seconds(row.seconds), .bytes(row.residentBytes)] + (heap ? ofHeap : [])
                    + [.seconds(row.use.cpuSeconds), .count(row.use.minorFaults &+ row.use.majorFaults)]
            })
        let count =
            rows.count == result.samples.count
            ? "all \(rows.count)" : "\(rows.count) of \(result.samples.count), each the highest of its neighbours"
        return """
            <details class="card"><summary>Samples (\(count))</summary>
            \(table.markup())</details>
            """
    }
}
