/// One stretch of background work: quanta until a millisecond is worked, the goals are met, or nothing is left; or a
/// single quantum, for a pacer that sleeps after each.
package struct ScavengeRun: Sendable {
    /// Bytes released.
    package private(set) var released: ByteCount = 0
    /// Nanoseconds worked.
    package private(set) var worked: Double = 0
    /// Whether a quantum released less than asked, so that the heap has nothing more to give in this generation.
    package private(set) var isExhausted = false

    /// Returns the bytes to release between two looks at the clock and at the goal: more if the goal is far, so that
    /// the clock costs less, and few if it is near, so that a run overshoots by little.
    ///
    /// - Parameter overage: bytes retained above the goal.
    package static func quantum(overage: ByteCount) -> ByteCount {
        if overage > Tunables.veryFarGoalBytes { return Tunables.veryFarQuantumBytes }
        if overage > Tunables.farGoalBytes { return Tunables.farQuantumBytes }
        return Tunables.scavengeQuantumBytes
    }

    /// Performs a run.
    ///
    /// - Parameters:
    ///   - physicalPage: the unit of release in bytes.
    ///   - quantumBytes: bytes to ask of each quantum; not 0.
    ///   - isOneQuantum: whether to end after one quantum, however short.
    ///   - shouldStop: called before each quantum; true ends the run.
    ///   - hasMore: called after a quantum that released less than asked; true if the run should go on all the same. It
    ///     must become false in the end, since a clock that stands still does not end the loop.
    ///   - quantum: releases up to the given number of bytes; returns the bytes released and the nanoseconds it took.
    /// - Returns: the result of the run.
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
                // The clock is too coarse or stands still: assume a duration, so that the loop ends.
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
