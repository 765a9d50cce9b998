/// The heap's accounts, in bytes; changed and read under the heap lock, so that a look at them is consistent.
///
///     system = used + cached + free retained + released + released in spans
///
/// Metadata is apart. Memory that is accessible and was never touched counts as released. What the scavenger holds for
/// the time of a system call is still free and retained.
package struct HeapBooks: Sendable {
    /// Made accessible for the heap.
    package var system: ByteCount = 0
    /// In pages handed to the heap's users, their released parts included.
    package var inUse: ByteCount = 0
    /// In page caches, with physical memory.
    package var cached: ByteCount = 0
    /// Free pages without physical memory.
    package var released: ByteCount = 0
    /// Free physical pages inside pages in use, without physical memory.
    package var releasedInSpans: ByteCount = 0

    /// Ever released by the background worker, to offset growth, to keep to the memory limit, on request, and inside spans.
    package var releasedInBackgroundTotal: ByteCount = 0
    package var releasedAtGrowthTotal: ByteCount = 0
    package var releasedForLimitTotal: ByteCount = 0
    package var releasedForcedTotal: ByteCount = 0
    package var releasedInSpansTotal: ByteCount = 0
    /// Calls that gave memory back, one for several ranges being one, and ranges whose memory the system refused to take.
    package var releaseCalls: UInt = 0
    package var releaseFailures: UInt = 0
    /// The most that ``demand`` has been since the last demand cycle.
    package var peakDemand: ByteCount = 0
    /// Where ``demand`` goes above this, the time is noted, once a demand cycle; the maximum once it is.
    package var riseMark: ByteCount = 0
    /// When that was, in coarse monotonic nanoseconds; says nothing before.
    package var risenAt: Int64 = 0

    package init() {}

    /// The estimate of what the heap adds to resident memory.
    package var retained: ByteCount { system - released - releasedInSpans }

    package var freeRetained: ByteCount { system - released - inUse - cached }

    /// In pages in use, with physical memory.
    package var used: ByteCount { inUse - releasedInSpans }

    /// Pages go into use; `scavenged` bytes of them had been released.
    @inline(__always)
    package mutating func use(_ bytes: ByteCount, scavenged: ByteCount) {
        inUse += bytes
        released -= scavenged
    }

    /// Pages go out of use.
    @inline(__always)
    package mutating func unuse(_ bytes: ByteCount) { inUse -= bytes }

    /// What the heap needs now: pages in use or cached, less what spans have given back.
    package var demand: ByteCount { used + cached }

    /// When demand rose well above what it was when the last demand cycle ended; nothing where it did not.
    package var rise: Int64? { riseMark == .maximum ? risenAt : nil }

    /// Begins a demand cycle.
    package mutating func beginCycle(demand: ByteCount) {
        peakDemand = demand
        riseMark = demand + Tunables.wakeBytes
    }

    /// Free pages have lost their physical memory.
    package mutating func release(_ bytes: ByteCount, _ cause: ReleaseCause, calls: UInt) {
        released += bytes
        releaseCalls += calls
        switch cause {
        case .background: releasedInBackgroundTotal += bytes
        case .growth: releasedAtGrowthTotal += bytes
        case .limit: releasedForLimitTotal += bytes
        case .forced: releasedForcedTotal += bytes
        }
    }

    /// Begins all totals anew: in the child of a fork, which has released nothing yet.
    package mutating func forgetTotals() {
        releasedInBackgroundTotal = 0
        releasedAtGrowthTotal = 0
        releasedForLimitTotal = 0
        releasedForcedTotal = 0
        releasedInSpansTotal = 0
        releaseCalls = 0
        releaseFailures = 0
    }

    /// Checked builds and tests: the identity holds, and no account has gone below zero.
    package func checkInvariants() {
        let sum = used + cached + released + releasedInSpans
        if sum > system || inUse > system || cached > system || released > system || releasedInSpans > inUse {
            fatal("the books do not balance; system bytes:", system.rawValue)
        }
    }
}
