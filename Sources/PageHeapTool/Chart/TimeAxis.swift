import FoundationEssentials

/// An axis of time from the program's start to its end, with marks at round times.
struct TimeAxis: Hashable, Sendable {
    /// The end of the axis, in seconds.
    let end: Double
    /// The distance between two marks, in seconds.
    let step: Double

    init(end: Double) {
        self.end = max(end, 0.001)
        let most = 8.0
        let small = [0.001, 0.01, 0.1, 1, 10].flatMap { unit in [unit, unit * 2, unit * 5] }
        let large: [Double] = [
            60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
        ]
        let end = self.end
        let steps = small.filter { $0 < 30 } + [30] + large
        step = steps.first { end / $0 <= most } ?? (end / most / 604_800).rounded(.up) * 604_800
    }

    /// The times of the marks from zero to the end, in seconds.
    var marks: [Double] {
        (0...Int(end / step + 1e-9)).map { Double($0) * step }
    }

    /// Returns the label of a mark. All labels of an axis have the same unit.
    func label(of seconds: Double) -> String {
        let (size, unit) =
            switch step {
            case ..<1 where end < 1: (0.001, "ms")
            case ..<60: (1.0, "s")
            case ..<3600: (60.0, "min")
            default: (3600.0, "h")
            }
        return "\(NumberText.significant((seconds / size * 1000).rounded() / 1000)) \(unit)"
    }

    /// Returns the position of a time, from 0 to 1; times outside are clamped.
    func position(of seconds: Double) -> Double {
        min(max(seconds / end, 0), 1)
    }
}
