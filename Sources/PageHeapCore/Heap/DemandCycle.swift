/// What the worker carries from cycle to cycle.
package struct DemandCycle: Sendable {
    var estimator = DemandEstimator()
    /// When the last cycle ended, in monotonic nanoseconds.
    var lastEnd: Int64
    /// When the processor quota was asked for last; the same clock.
    var lastQuota: Int64 = 0
    /// Requests that each page cache had seen when the last cycle ended.
    var seenRequests = InlineArray<4, UInt>(repeating: 0)
    /// The last generation found nothing to release.
    var foundNothing = false
    /// A further cycle may have something to do, even if nothing happens meanwhile.
    var hasMore = false

    /// What the heap needed, and the bytes of live blocks, when the last cycle ended.
    var seenDemand: ByteCount = 0
    var seenLive: ByteCount = 0

    package init(now: Int64) { lastEnd = now }

    /// Bytes freed since the last cycle, of pages or of blocks, whichever are more.
    func freed(demand: ByteCount, live: ByteCount) -> ByteCount {
        max(seenDemand > demand ? seenDemand - demand : 0, seenLive > live ? seenLive - live : 0)
    }

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
