import Foundation
import PageHeapSimulation

/// Demand curves in steps of 50 ms, in parts of a GiB: loads that memory policies do well or badly on.
enum DemandCurves {
    static let step = 0.05

    static func square(_ period: Double, seconds: Double = 120) -> [Double] {
        curve(seconds) { $0.truncatingRemainder(dividingBy: period) < period / 2 ? 1 : 0.05 }
    }

    static func sine(_ period: Double) -> [Double] {
        curve(120) { 0.05 + 0.95 * 0.5 * (1 - cos(2 * Double.pi * $0 / period)) }
    }

    /// A burst of 0.3 s at the beginning of each period.
    static func bursts(every period: Double) -> [Double] {
        curve(120) { $0.truncatingRemainder(dividingBy: period) < 0.3 ? 1 : 0.05 }
    }

    /// Bursts of 0.2 to 1 s with pauses of random length.
    static func randomBursts(pause mean: Double, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        var demand: [Double] = []
        while Double(demand.count) * step < 240 {
            demand += Array(repeating: 1, count: Int(Double.random(in: 0.2...1, using: &random) / step))
            let pause = -log(1 - Double.random(in: 0..<1, using: &random)) * mean
            demand += Array(repeating: 0.05, count: max(1, Int(pause / step)))
        }
        return demand
    }

    static func randomWalk(seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        var level = 0.5
        return curve(240) { _ in
            level = min(1, max(0.05, level + Double.random(in: -0.035...0.035, using: &random)))
            return level
        }
    }

    static func all(seed: UInt64) -> [(name: String, demand: [Double])] {
        var curves: [(String, [Double])] = [
            ("one drop", Array(repeating: 1, count: 100) + Array(repeating: 0.1, count: 2300)),
            (
                "two peaks 10 s apart",
                Array(repeating: 1, count: 40) + Array(repeating: 0.05, count: 200) + Array(repeating: 1, count: 40)
                    + Array(repeating: 0.05, count: 1200)
            ),
            ("short swings, then long ones", square(0.5, seconds: 60) + square(20)),
            ("long swings, then short ones", square(20) + square(0.5, seconds: 60)),
            ("random walk", randomWalk(seed: seed)),
        ]
        curves += [0.2, 0.5, 1, 2, 4, 8, 16, 40].map { ("square wave of \($0) s", square($0)) }
        curves += [2, 6, 12, 60].map { ("sine of \($0) s", sine($0)) }
        curves += [3, 6, 20].map { ("a burst every \($0) s", bursts(every: $0)) }
        curves += [0.3, 1, 3, 10].map { ("random bursts, \($0) s apart", randomBursts(pause: $0, seed: seed)) }
        return curves
    }

    private static func curve(_ seconds: Double, _ value: (Double) -> Double) -> [Double] {
        (0..<Int(seconds / step)).map { value(Double($0) * step) }
    }

    // MARK: Costs, in GiB-seconds

    /// The cost of keeping memory and of faulting in what was not kept.
    static func cost(of kept: [Double], for demand: [Double], breakEven: Double) -> Double {
        var cost = kept.reduce(0, +) * step
        for place in demand.indices.dropFirst() { cost += breakEven * max(0, demand[place] - kept[place - 1]) }
        return cost
    }

    /// The least cost that anyone could have had who knew the future: each layer of memory is kept over a gap if the
    /// gap is shorter than the break-even time.
    static func optimum(for demand: [Double], breakEven: Double) -> Double {
        let layers = 64
        let height = (demand.max() ?? 0) / Double(layers)
        var cost = 0.0
        for layer in 0..<layers {
            let level = (Double(layer) + 0.5) * height
            var gap: Int?
            for value in demand {
                if value > level {
                    if let gap { cost += min(Double(gap) * step, breakEven) * height }
                    gap = 0
                    cost += step * height
                } else {
                    gap = gap.map { $0 + 1 }
                }
            }
        }
        return cost
    }

    /// What a window of fixed length keeps: its highest demand.
    static func kept(window seconds: Double, for demand: [Double]) -> [Double] {
        let length = Int(seconds / step)
        return demand.indices.map { demand[max(0, $0 - length)...$0].max() ?? 0 }
    }
}
