import PageHeapCore

/// A heap as the estimate of demand sees it, in virtual time, in steps of a tenth of a second: a stack of units of 4
/// MiB, used from the bottom up, of which all above the goal is released at once. Beside it runs the same heap with a
/// decay of one second, which releases what was not used for that long. Nothing is kept on top of either goal.
struct DemandModel {
    static let stepsPerSecond = 10
    /// Units of the peak: 1 GiB.
    static let peak = 256
    /// Units in use between the peaks, and after the load.
    static let low = 25

    /// The memory of one of the two heaps: what is resident, and what was done.
    struct Memory {
        private(set) var resident = 0
        private(set) var released = 0
        /// Units released and used again within ten seconds.
        private(set) var regretted = 0
        private var releasedAt = [Int?](repeating: nil, count: DemandModel.peak)

        mutating func use(_ units: Int, at step: Int) {
            while resident < units {
                if let then = releasedAt[resident], step - then <= 10 * DemandModel.stepsPerSecond { regretted += 1 }
                resident += 1
            }
        }

        mutating func release(to units: Int, at step: Int) {
            while resident > units {
                resident -= 1
                releasedAt[resident] = step
                released += 1
            }
        }
    }

    private(set) var estimated = Memory()
    private(set) var decayed = Memory()
    private(set) var step = 0
    private var estimator = DemandEstimator()
    private var lastSecond = [Int](repeating: 0, count: stepsPerSecond)
    private var peakOfCycle = 0
    /// The step within a second at which the cycles end.
    private let phase: Int

    init(phase: Int) { self.phase = phase }

    /// Passes a tenth of a second with this number of units in use.
    mutating func use(_ units: Int) {
        estimated.use(units, at: step)
        decayed.use(units, at: step)
        lastSecond[step % Self.stepsPerSecond] = units
        decayed.release(to: lastSecond.max() ?? 0, at: step)
        peakOfCycle = max(peakOfCycle, units)
        if step % Self.stepsPerSecond == phase {
            let need = estimator.endCycle(
                at: Int64(step) * 100_000_000, peak: Self.bytes(peakOfCycle), demand: Self.bytes(units))
            estimated.release(to: Int(need.rawValue >> 22), at: step)
            peakOfCycle = units
        }
        step += 1
    }

    static func bytes(_ units: Int) -> ByteCount { ByteCount(UInt(units) << 22) }
}
