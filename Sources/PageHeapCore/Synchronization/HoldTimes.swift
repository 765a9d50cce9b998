import CPageHeap

/// Samples of how long a lock is held, in a histogram by powers of two of nanoseconds. One in 256 acquisitions is
/// timed, because two looks at the clock cost more than half an allocation.
///
/// Guarded by the lock that it measures. Valid (no samples) when zero-initialised.
package struct HoldTimes: Sendable {
    /// The number of acquisitions, which selects every 256th.
    private var acquisitions: UInt32
    /// When the sampled hold began; 0 if the present one is not sampled.
    private var start: Int64
    /// The samples outside forced releases, and those during them.
    package private(set) var ordinary = HoldCounts()
    package private(set) var forced = HoldCounts()

    package init() {
        acquisitions = 0
        start = 0
    }

    /// Notes that the lock has been taken.
    @inline(__always)
    mutating func taken() {
        acquisitions &+= 1
        if acquisitions & Tunables.holdSampleMask == 0 { start = pageheap_monotonic_nanoseconds() }
    }

    /// Notes that the lock is about to be released.
    ///
    /// - Parameter isForced: whether a forced release is under way.
    @inline(__always)
    mutating func givenUp(isForced: Bool) {
        if start != 0 { record(isForced: isForced) }
    }

    @inline(never)
    private mutating func record(isForced: Bool) {
        let nanoseconds = pageheap_monotonic_nanoseconds() &- start
        if isForced { forced.add(nanoseconds: nanoseconds) } else { ordinary.add(nanoseconds: nanoseconds) }
        start = 0
    }
}
