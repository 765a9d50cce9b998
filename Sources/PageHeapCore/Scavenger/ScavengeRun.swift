/// One stretch of background work: quanta until a millisecond is worked, the goals are met, or nothing is left.
package struct ScavengeRun: Sendable {
    /// Bytes released.
    package private(set) var released: ByteCount = 0
    /// Nanoseconds worked.
    package private(set) var worked: Double = 0
    /// A quantum released less than asked: the heap has nothing more to give in this generation.
    package private(set) var isExhausted = false

    /// Works.
    ///
    /// - Parameters:
    ///   - shouldStop: asked before each quantum.
    ///   - quantum: releases up to so many bytes; answers how many, and the nanoseconds it took.
    package static func perform(
        physicalPage: ByteCount, shouldStop: () -> Bool,
        quantum: (ByteCount) -> (released: ByteCount, nanoseconds: Int64)
    ) -> ScavengeRun {
        var run = ScavengeRun()
        while run.worked < Tunables.minimumWorkNanoseconds {
            if shouldStop() { break }
            let (released, nanoseconds) = quantum(Tunables.scavengeQuantumBytes)
            run.released += released
            if nanoseconds > 0 {
                run.worked += Double(nanoseconds)
            } else {
                // The clock is too coarse, or stands still: an assumption keeps the loop finite.
                let pages = Int64(released.rawValue / physicalPage.rawValue)
                run.worked += Double(Tunables.assumedPageNanoseconds * pages)
            }
            if released < Tunables.scavengeQuantumBytes {
                run.isExhausted = true
                break
            }
        }
        if run.released > 0 && run.released < physicalPage {
            fatal("less than a physical page was released:", run.released.rawValue)
        }
        return run
    }
}
