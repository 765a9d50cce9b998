/// The charts of a run: memory, processes, CPU time and page faults.
struct RunPlots: Sendable {
    let result: RunResult
    /// The samples that the charts show.
    private let samples: [MemorySample]

    /// In how many parts a long run is divided; the highest and lowest samples of each are shown.
    static let partCount = 350
    /// The most times of the processes' curves, and the most curves.
    static let processTimes = 400
    static let processLimit = 8

    init(_ result: RunResult) {
        self.result = result
        samples = Downsampling.extremes(
            of: result.samples, parts: Self.partCount, by: [{ $0.residentBytes }, { $0.residentInUse }])
    }

    var end: Double { max(result.wallSeconds, result.samples.last?.seconds ?? 0) }

    /// The charts that there is something to show in.
    var all: [ReportPlot] {
        samples.isEmpty ? [memory] : [memory, processes, cpu, faults].compactMap { $0 }
    }

    /// Tooltips of the memory, for readers without scripts.
    var columns: [(from: Double, to: Double, text: String)] {
        let rows = Downsampling.rows(of: result.samples, limit: 160)
        return rows.indices.map { index in
            let row = rows[index]
            var lines = ["\(TimeText.describe(seconds: row.seconds))", "resident \(row.residentBytes)"]
            if result.heapFiguresPublished {
                lines += ["in use \(row.residentInUse)", "retained \(row.residentRetained)"]
                if let goal = row.goalBytes { lines.append("goal \(goal)") }
            }
            return (
                index == 0 ? 0 : (rows[index - 1].seconds + row.seconds) / 2,
                index == rows.count - 1 ? end : (row.seconds + rows[index + 1].seconds) / 2,
                lines.joined(separator: "\n")
            )
        }
    }

    private var memory: ReportPlot {
        let kinds = result.heapFiguresPublished ? ChartCurve.Kind.allCases : [.resident]
        let curves = kinds.compactMap { kind -> PlotCurve? in
            let values = samples.map { kind.value(in: $0)?.asDouble }
            guard values.contains(where: { $0 != nil }) else { return nil }
            let shape: PlotCurve.Shape =
                switch kind {
                case .resident, .inUse: .area
                case .retained: .line
                case .goal: .dashes
                }
            return PlotCurve(
                label: kind.label, colour: "k-\(kind.rawValue)", shape: shape, seconds: samples.map(\.seconds),
                values: values)
        }
        return ReportPlot(
            name: "memory", title: "Memory", remark: "all processes", unit: .bytes, cutsOffDashes: true,
            // The run's peak may lie between two samples.
            peakWord: result.peakResidentSource == .kernel ? "highest sample" : "peak", curves: curves,
            description: "Memory over time. \(Headline.text(result))")
    }

    /// Resident memory by process. One process alone is what the chart of memory shows.
    private var processes: ReportPlot? {
        let history = result.processHistory
        guard history.processes.count > 1 else { return nil }
        let own = history.processes.filter { $0.processIdentifier != nil }
        let shown = Array(own.prefix(Self.processLimit))
        let rest = Array(own.dropFirst(Self.processLimit)) + history.processes.filter { $0.processIdentifier == nil }
        let columns = history.seconds.indices
        func resident(_ process: ProcessCurve, _ index: Int) -> Double? {
            index < process.residentBytes.count ? process.residentBytes[index]?.asDouble : nil
        }
        let totals = columns.map { index in history.processes.reduce(0) { $0 + (resident($1, index) ?? 0) } }
        let kept = Downsampling.extremes(of: totals, limit: Self.processTimes)
        let seconds = kept.map { history.seconds[$0] }
        var curves = shown.enumerated().map { index, process in
            PlotCurve(
                label: process.label, colour: "c\(index)", shape: .line, seconds: seconds,
                values: kept.map { resident(process, $0) })
        }
        if !rest.isEmpty {
            let sums = kept.map { index -> Double? in
                let parts = rest.compactMap { resident($0, index) }
                return parts.isEmpty ? nil : parts.reduce(0, +)
            }
            let count = rest.reduce(0) { $0 + $1.programs }
            curves.append(
                PlotCurve(
                    label: count == 1 ? "1 other" : "\(KeyFigure.grouped(UInt64(max(count, 0)))) others",
                    colour: "c-rest", shape: .area, seconds: seconds, values: sums))
        }
        return ReportPlot(
            name: "processes", title: "Processes", remark: "resident memory of each", unit: .bytes, curves: curves,
            description: "Resident memory of \(curves.map(\.label).joined(separator: ", ")) over time.")
    }

    private func rate(_ label: String, _ colour: String, _ total: (MemorySample) -> Double) -> PlotCurve {
        PlotCurve(
            label: label, colour: colour, shape: .rate, seconds: samples.map(\.seconds), values: samples.map(total))
    }

    /// nil for a saved run of a version that did not sample it.
    private var cpu: ReportPlot? {
        guard let last = samples.last, last.use.cpuSeconds > 0 else { return nil }
        var curves = [rate("program", "k-program") { $0.use.cpuSeconds }]
        if result.heapFiguresPublished { curves.append(rate("scavenger", "k-scavenger") { $0.scavengerCPUSeconds }) }
        return ReportPlot(
            name: "cpu", title: "CPU", remark: "100 % is one processor; the scavenger is part of the program",
            unit: .percent, scale: 100, curves: curves,
            description: "CPU time over time, \(TimeText.describe(seconds: result.cpuSeconds)) in total.")
    }

    private var faults: ReportPlot? {
        guard let last = samples.last, last.use.minorFaults > 0 || last.use.majorFaults > 0 else { return nil }
        return ReportPlot(
            name: "faults", title: "Page faults", remark: "per second", unit: .perSecond,
            curves: [
                rate("minor", "k-minor") { Double($0.use.minorFaults) },
                rate("major, from disk", "k-major") { Double($0.use.majorFaults) },
            ],
            description: "Page faults over time, "
                + "\(KeyFigure.grouped(result.minorPageFaults &+ result.majorPageFaults)) in total.")
    }
}
