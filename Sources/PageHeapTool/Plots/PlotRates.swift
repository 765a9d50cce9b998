/// How fast a total grew, as steps. Each step is at least as long as asked for, because CPU times of ended processes
/// come in units of 10 ms.
struct PlotRates: Hashable, Sendable {
    struct Step: Hashable, Sendable {
        let from: Double
        var to: Double
        /// What was added per second.
        var rate: Double
    }

    /// The shortest step, in seconds.
    static let shortest = 0.05
    /// How many steps fit into what is shown.
    static let count = 160.0

    private(set) var steps: [Step] = []

    /// - Parameters:
    ///   - seconds: the times, which rise.
    ///   - totals: the totals at these times. At the time zero, they are zero.
    ///   - shown: the length of time that is shown, in seconds.
    init(seconds: [Double], totals: [Double?], shown: Double) {
        let width = max(Self.shortest, shown / Self.count)
        var (from, before) = (0.0, 0.0)
        var end: (time: Double, total: Double)?
        for (time, total) in zip(seconds, totals) {
            guard let total else { continue }
            end = (time, total)
            guard time - from >= width else { continue }
            steps.append(Step(from: from, to: time, rate: (total - before) / (time - from)))
            (from, before) = (time, total)
        }
        guard let end, end.time > from else { return }
        // What is left is shorter than a step, and becomes part of the last one.
        guard let last = steps.popLast() else {
            steps = [Step(from: 0, to: end.time, rate: end.total / end.time)]
            return
        }
        let added = last.rate * (last.to - last.from) + end.total - before
        steps.append(Step(from: last.from, to: end.time, rate: added / (end.time - last.from)))
    }
}
