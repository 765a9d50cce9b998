import PageHeapReplay

/// A replay as text: what the trace is, the curve under the first policy, a line per policy, and a line per allocator.
struct ReplayTable {
    let result: ReplayResult
    let style: TerminalStyle

    func text() -> String {
        var parts = [[summary], curve, policies, allocators, remarks]
        parts.removeAll(where: \.isEmpty)
        return parts.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private var summary: String {
        guard let first = result.policies.first else { return "\(result.file): nothing was replayed" }
        let threads = first.counts.threads == 1 ? "one thread" : "\(KeyFigure.grouped(first.counts.threads)) threads"
        let total = first.counts.total
        return "\(result.file): \(KeyFigure.grouped(total)) \(total == 1 ? "event" : "events") of \(threads) in "
            + "\(TimeText.describe(seconds: first.seconds)) (\(result.format)); at most "
            + "\(ByteCount(first.peakInUseBytes)) in use"
    }

    private var curve: [String] {
        guard let first = result.policies.first, first.counts.total > 0 else { return [] }
        let points = first.curve.map { point in
            TerminalCurve.Point(
                seconds: Double(point.time) * 1e-9, resident: ByteCount(point.resident), inUse: ByteCount(point.inUse))
        }
        let lines = TerminalCurve(
            points: points, start: 0, end: first.seconds + first.idleSeconds, isDivided: true, style: style
        ).lines()
        return lines.isEmpty ? [] : ["Resident memory under \(first.policy):"] + lines
    }

    private var policies: [String] {
        let heads = ["virtual time", "peak", "mean", "end", "idle", "released", "again", "faults", "CPU", "cost"]
        let units = ["", "MiB", "MiB", "MiB", "MiB", "MiB", "MiB", "", "s", "s"]
        return lines(
            [heads, units]
                + result.policies.map { policy in
                    [
                        policy.policy, Self.mebibytes(policy.peakResidentBytes),
                        Self.mebibytes(policy.meanResidentBytes), Self.mebibytes(policy.finalResidentBytes),
                        Self.mebibytes(policy.idleResidentBytes), Self.mebibytes(policy.releasedBytes),
                        Self.mebibytes(policy.refaultedBytes), KeyFigure.grouped(policy.faults),
                        Self.seconds(policy.workerCPUSeconds + policy.callerCPUSeconds), Self.seconds(policy.cost),
                    ]
                })
    }

    private var allocators: [String] {
        if result.allocators.isEmpty { return [] }
        let heads = ["for real", "peak", "end", "idle", "faults", "CPU", "time"]
        let units = ["", "MiB", "MiB", "MiB", "", "s", "s"]
        return lines(
            [heads, units]
                + result.allocators.map { allocator in
                    [
                        allocator.name, Self.mebibytes(allocator.peakResidentBytes),
                        Self.mebibytes(allocator.finalResidentBytes), Self.mebibytes(allocator.idleResidentBytes),
                        KeyFigure.grouped(allocator.faults),
                        Self.seconds(allocator.userCPUSeconds + allocator.systemCPUSeconds),
                        Self.seconds(allocator.wallSeconds),
                    ]
                })
    }

    private func lines(_ rows: [[String]]) -> [String] {
        TextColumns.lines(rows).enumerated().map { index, line in
            index == 0 ? style.styled(line, .bold) : index == 1 ? style.styled(line, .faint) : line
        }
    }

    /// What the columns mean.
    static let explanation =
        "peak, mean, end: resident memory at its highest, on average with the idle time, and after the last event; "
        + "idle: after the idle time (--idle); released: memory given back, counted each time; "
        + "again: how much of it was touched again; faults: pages that were touched without memory; "
        + "in use: what the program had asked for and not freed; CPU: of releases, for real of the whole replay; "
        + "cost: CPU time of releases and faults, and resident memory over time at 8 GiB per processor."

    private var remarks: [String] {
        ([Self.explanation] + result.notes).flatMap { WrappedText.lines($0, width: style.width) }
    }

    static func mebibytes(_ bytes: UInt64) -> String { digits(Double(bytes) / 1_048_576) }

    static func seconds(_ seconds: Double) -> String { digits(seconds) }

    /// Formats a number with at least three significant digits.
    private static func digits(_ value: Double) -> String {
        let places = value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return NumberText.fixed(value, places: places)
    }
}
