import PageHeapReplay

/// A replay as a page for the browser.
struct ReplayReport {
    let result: ReplayResult
    let command: [String]

    func page() -> String {
        ReportPage(
            title: "Replay of \(result.file)", style: ".comparison{margin:1rem 0;padding:.9rem .7rem}", kind: "replay",
            headline: headline, command: command,
            circumstances: circumstances, notes: result.notes, plots: [plot], end: end,
            sections: sections, pageheapVersion: PageHeapCommand.version
        ).text()
    }

    private var headline: String {
        guard let best = result.policies.min(by: { $0.cost < $1.cost }) else { return "Nothing was replayed." }
        let peak = "Peak \(ByteCount(best.peakResidentBytes)), idle \(ByteCount(best.idleResidentBytes))"
        return result.policies.count == 1 ? "\(peak)." : "Cheapest: \(best.policy). \(peak)."
    }

    private var circumstances: String {
        let counts = result.policies.first?.counts ?? EventCounts()
        return "\(result.format) trace · \(KeyFigure.grouped(counts.total)) events · virtual time"
    }

    private var end: Double { result.policies.map { $0.seconds + $0.idleSeconds }.max() ?? 0 }

    private var plot: ReportPlot {
        var curves = result.policies.enumerated().map { index, policy in
            PlotCurve(
                label: policy.policy, colour: ComparePalette.plotClasses(of: index),
                shape: index < ComparePalette.light.count ? .line : .dashes,
                seconds: policy.curve.map { Double($0.time) * 1e-9 }, values: policy.curve.map { Double($0.resident) },
                marksEnd: true)
        }
        if let first = result.policies.first {
            curves.append(
                PlotCurve(
                    label: "in use", colour: ComparePalette.plotClasses(of: curves.count), shape: .dashes,
                    seconds: first.curve.map { Double($0.time) * 1e-9 }, values: first.curve.map { Double($0.inUse) }))
        }
        return ReportPlot(
            name: "resident", title: "Resident memory", remark: "of the heap, in virtual time", unit: .bytes,
            curves: curves, description: "Resident memory over time under each policy.")
    }

    private var sections: String {
        func card(_ title: String, _ table: ReportTable) -> String {
            """
            <section class="card comparison" aria-label="\(title)"><h2>\(title)</h2>
            \(table.markup())
            </section>
            """
        }
        var cards = [card("Virtual time", policies)]
        if !result.allocators.isEmpty { cards.append(card("For real", allocators)) }
        cards.append(
            """
            <section class="card reading"><h2>How to read it</h2>
            <p>\(Markup.escape(ReplayTable.explanation))</p></section>
            """)
        return cards.joined(separator: "\n")
    }

    private var policies: ReportTable {
        ReportTable(
            columns: [
                .init(title: "policy", isText: true), .init(title: "peak"), .init(title: "mean"), .init(title: "end"),
                .init(title: "idle"), .init(title: "released"), .init(title: "again"), .init(title: "faults"),
                .init(title: "CPU"), .init(title: "cost"),
            ],
            rows: result.policies.map { policy in
                [
                    .init(text: policy.policy), .bytes(ByteCount(policy.peakResidentBytes)),
                    .bytes(ByteCount(policy.meanResidentBytes)), .bytes(ByteCount(policy.finalResidentBytes)),
                    .bytes(ByteCount(policy.idleResidentBytes)), .bytes(ByteCount(policy.releasedBytes)),
                    .bytes(ByteCount(policy.refaultedBytes)), .count(policy.faults),
                    .seconds(policy.workerCPUSeconds + policy.callerCPUSeconds), .seconds(policy.cost),
                ]
            })
    }

    private var allocators: ReportTable {
        ReportTable(
            columns: [
                .init(title: "allocator", isText: true), .init(title: "peak"), .init(title: "end"),
                .init(title: "idle"), .init(title: "faults"), .init(title: "CPU"), .init(title: "time"),
            ],
            rows: result.allocators.map { allocator in
                [
                    .init(text: allocator.name), .bytes(ByteCount(allocator.peakResidentBytes)),
                    .bytes(ByteCount(allocator.finalResidentBytes)), .bytes(ByteCount(allocator.idleResidentBytes)),
                    .count(allocator.faults), .seconds(allocator.userCPUSeconds + allocator.systemCPUSeconds),
                    .seconds(allocator.wallSeconds),
                ]
            })
    }
}
