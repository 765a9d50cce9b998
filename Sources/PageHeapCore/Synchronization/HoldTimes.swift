import CPageHeap

/// How long a lock is held, as far as one in 256 acquisitions shows: counts by powers of two of nanoseconds.
///
/// Guarded by the lock that it measures. All zero bytes are no samples. Two looks at the clock cost more than half an
/// allocation, hence the sampling.
package struct HoldTimes: Sendable {
    /// Acquisitions, to choose every 256th.
    private var acquisitions: UInt32
    /// When the sampled hold began; 0 where the present one is not sampled.
    private var start: Int64
    /// Samples outside forced releases, and in them.
    package private(set) var ordinary = HoldCounts()
    package private(set) var forced = HoldCounts()

    package init() {
        acquisitions = 0
        start = 0
    }

    /// The lock has been taken.
    @inline(__always)
    mutating func taken() {
        acquisitions &+= 1
        if acquisitions & Tunables.holdSampleMask == 0 { start = pageheap_monotonic_nanoseconds() }
    }

    /// The lock will be given up.
    ///
    /// - Parameter isForced: a forced release is under way.
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
