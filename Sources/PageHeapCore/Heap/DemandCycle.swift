/// What the worker carries from cycle to cycle.
package struct DemandCycle: Sendable {
    var estimator = DemandEstimator(spikeCycles: Tunables.spikeCycles)
    /// When the last cycle ended, in monotonic nanoseconds.
    var lastEnd: Int64
    /// Requests that each page cache had seen when the last cycle ended.
    var seenRequests = InlineArray<4, UInt>(repeating: 0)
    /// The last generation found nothing to release.
    var foundNothing = false

    package init(now: Int64) { lastEnd = now }

    /// Takes what a stretch of release came to: where an exhausted search gave nothing, no further one is worth a cycle
    /// before something happens.
    package mutating func note(released: ByteCount, isExhausted: Bool) {
        if released > 0 {
            foundNothing = false
        } else if isExhausted {
            foundNothing = true
        }
    }
}
