/// The contents of the memory chart: the curves, downsampled to what a picture can show, and both axes.
struct MemoryChart: Sendable {
    /// The maximum number of points of a curve.
    static let pointLimit = 1000

    let curves: [ChartCurve]
    let time: TimeAxis
    let bytes: ByteAxis

    /// Creates a chart of a run. It has curves of the heap only if a process published statistics.
    init(_ result: RunResult) {
        let samples = result.samples
        let kinds = result.heapFiguresPublished ? ChartCurve.Kind.allCases : [.resident]
        curves = kinds.compactMap { kind in
            let stretches = Self.stretches(of: samples, kind.value)
            let limit = Self.pointLimit / max(stretches.count, 1)
            let thinned = stretches.map { Downsampling.extremes(of: $0, limit: max(limit, 2)) }
            return thinned.isEmpty ? nil : ChartCurve(kind: kind, stretches: thinned)
        }
        time = TimeAxis(end: max(result.wallSeconds, samples.last?.seconds ?? 0))
        // Ignore a goal far above all other curves, which it would flatten.
        let solid = curves.filter { $0.kind != .goal }.compactMap { $0.peak?.bytes }.max() ?? 0
        let goal = curves.first { $0.kind == .goal }?.peak?.bytes ?? 0
        bytes = ByteAxis(covering: goal <= solid * 1.5 ? max(solid, goal) : solid)
    }

    private static func stretches(
        of samples: [MemorySample], _ value: (MemorySample) -> ByteCount?
    ) -> [[ChartPoint]] {
        var stretches: [[ChartPoint]] = []
        var open = false
        for sample in samples {
            guard let bytes = value(sample) else {
                open = false
                continue
            }
            if !open { stretches.append([]) }
            open = true
            stretches[stretches.count - 1].append(ChartPoint(seconds: sample.seconds, bytes: bytes.asDouble))
        }
        return stretches
    }
}
