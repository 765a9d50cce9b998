/// One stretch of background work: quanta until a millisecond is worked, the goals are met, or nothing is left. Or one
/// quantum, for a pacer that sleeps after each.
package struct ScavengeRun: Sendable {
    /// Bytes released.
    package private(set) var released: ByteCount = 0
    /// Nanoseconds worked.
    package private(set) var worked: Double = 0
    /// A quantum released less than asked: the heap has nothing more to give in this generation.
    package private(set) var isExhausted = false

    /// The bytes to release between two looks at the clock and at the goal: more where the goal is far, so that the
    /// clock costs less, and so few that a run overshoots by little where it is near.
    ///
    /// - Parameter overage: bytes retained above the goal.
    package static func quantum(overage: ByteCount) -> ByteCount {
        if overage > Tunables.veryFarGoalBytes { return Tunables.veryFarQuantumBytes }
        if overage > Tunables.farGoalBytes { return Tunables.farQuantumBytes }
        return Tunables.scavengeQuantumBytes
    }

    /// Works.
    ///
    /// - Parameters:
    ///   - physicalPage: the unit of release.
    ///   - quantumBytes: bytes to ask of each quantum; not 0.
    ///   - isOneQuantum: end after one quantum, however short a time it took.
    ///   - shouldStop: asked before each quantum.
    ///   - hasMore: asked after a quantum that released less than was asked: whether there is more to look at all the
    ///     same. It must come to an end, since a clock that stands still does not end the loop.
    ///   - quantum: releases up to so many bytes; answers how many, and the nanoseconds it took.
    package static func perform(
        physicalPage: ByteCount, quantumBytes: ByteCount = Tunables.scavengeQuantumBytes, isOneQuantum: Bool = false,
        shouldStop: () -> Bool, hasMore: () -> Bool = { false },
        quantum: (ByteCount) -> (released: ByteCount, nanoseconds: Int64)
    ) -> ScavengeRun {
        var run = ScavengeRun()
        while run.worked < Tunables.minimumWorkNanoseconds {
            if shouldStop() { break }
            let (released, nanoseconds) = quantum(quantumBytes)
            run.released += released
            if nanoseconds > 0 {
                run.worked += Double(nanoseconds)
            } else {
                // The clock is too coarse, or stands still: an assumption keeps the loop finite.
                let pages = Int64(released.rawValue / physicalPage.rawValue)
                run.worked += Double(Tunables.assumedPageNanoseconds * pages)
            }
            if released < quantumBytes && !hasMore() {
                run.isExhausted = true
                break
            }
            if isOneQuantum { break }
        }
        if run.released > 0 && run.released < physicalPage {
            fatal("less than a physical page was released:", run.released.rawValue)
        }
        return run
    }
}
