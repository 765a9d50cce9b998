/// The heap's ledger, in bytes. Changed and read under the heap lock, so that a snapshot is consistent.
///
///     system = used + cached + free retained + released + released in spans
///
/// Metadata is counted separately. Fresh memory that was never in use counts as released; once it has been in use, it
/// counts as retained until it is released, touched or not. So what is retained is an upper bound of physical memory.
/// Pages that the scavenger holds during a system call still count as free and retained.
package struct HeapLedger: Sendable {
    /// Bytes made accessible for the heap.
    package var system: ByteCount = 0
    /// Bytes of pages handed to the heap's users, including parts of them that were released.
    package var inUse: ByteCount = 0
    /// Bytes in page caches, without those that were released.
    package var cached: ByteCount = 0
    /// Bytes of free pages without physical memory.
    package var released: ByteCount = 0
    /// Bytes of free physical pages inside pages in use (holes of spans) without physical memory.
    package var releasedInSpans: ByteCount = 0

    /// Total bytes ever released: by the background worker, to offset growth, to keep to the memory limit, by forced
    /// releases, and as holes of spans.
    package var releasedInBackgroundTotal: ByteCount = 0
    package var releasedAtGrowthTotal: ByteCount = 0
    package var releasedForLimitTotal: ByteCount = 0
    package var releasedForcedTotal: ByteCount = 0
    package var releasedInSpansTotal: ByteCount = 0
    /// Total bytes of physical memory ever given back, as the system counted them just before: of released pages,
    /// released holes, and the places that large blocks moved away from. And the part of them that forced releases gave
    /// back of free pages. Nothing is decided by these.
    package var returnedTotal: ByteCount = 0
    package var returnedForcedTotal: ByteCount = 0
    /// System calls that released memory (a call for several ranges counts once), and ranges that the system refused to
    /// release.
    package var releaseCalls: UInt = 0
    package var releaseFailures: UInt = 0
    /// The highest ``demand`` since the last demand cycle.
    package var peakDemand: ByteCount = 0
    /// Demand above this stamps ``risenAt``, once per demand cycle: the mark then becomes the maximum.
    package var riseMark: ByteCount = 0
    /// When demand passed ``riseMark``, in coarse monotonic nanoseconds. Meaningless before that.
    package var risenAt: Int64 = 0

    package init() {}

    /// The bytes that the heap retains: an upper bound of its physical memory.
    package var retained: ByteCount { system - released - releasedInSpans }

    package var freeRetained: ByteCount { system - released - inUse - cached }

    /// Bytes of pages in use, without the parts of them that were released.
    package var used: ByteCount { inUse - releasedInSpans }

    /// Counts pages that go into use.
    ///
    /// - Parameters:
    ///   - bytes: of the pages.
    ///   - scavenged: bytes of them that were released.
    @inline(__always)
    package mutating func use(_ bytes: ByteCount, scavenged: ByteCount) {
        inUse += bytes
        released -= scavenged
    }

    /// Counts pages that go out of use.
    @inline(__always)
    package mutating func unuse(_ bytes: ByteCount) { inUse -= bytes }

    /// What the heap needs now, in bytes: pages in use or cached, less the released holes of spans.
    package var demand: ByteCount { used + cached }

    /// When demand rose well above its value at the end of the last demand cycle; `nil` if it did not.
    package var rise: Int64? { riseMark == .maximum ? risenAt : nil }

    /// Begins a demand cycle: resets the peak and the mark for a rise.
    package mutating func beginCycle(demand: ByteCount) {
        peakDemand = demand
        riseMark = demand + Tunables.wakeBytes
    }

    /// Counts free pages whose physical memory was released.
    ///
    /// - Parameters:
    ///   - bytes: of the pages.
    ///   - returned: bytes of physical memory that they had.
    ///   - cause: why they were released.
    ///   - calls: the system calls that released them.
    package mutating func release(_ bytes: ByteCount, returned: ByteCount, _ cause: ReleaseCause, calls: UInt) {
        released += bytes
        releaseCalls += calls
        returnedTotal += returned
        if case .forced = cause { returnedForcedTotal += returned }
        switch cause {
        case .background: releasedInBackgroundTotal += bytes
        case .growth: releasedAtGrowthTotal += bytes
        case .limit: releasedForLimitTotal += bytes
        case .forced: releasedForcedTotal += bytes
        }
    }

    /// Counts physical pages inside pages in use that were released; the parameters are those of
    /// ``release(_:returned:_:calls:)``.
    package mutating func releaseInUse(_ bytes: ByteCount, returned: ByteCount, calls: UInt) {
        releasedInSpans += bytes
        releasedInSpansTotal += bytes
        releaseCalls += calls
        returnedTotal += returned
    }

    /// Resets all totals, for the child of a fork, which has released nothing yet.
    package mutating func forgetTotals() {
        releasedInBackgroundTotal = 0
        releasedAtGrowthTotal = 0
        releasedForLimitTotal = 0
        releasedForcedTotal = 0
        releasedInSpansTotal = 0
        returnedTotal = 0
        returnedForcedTotal = 0
        releaseCalls = 0
        releaseFailures = 0
    }

    /// Checked builds and tests: stops the program unless the identity holds and no account has gone below zero.
    package func checkInvariants() {
        let sum = used + cached + released + releasedInSpans
        if sum > system || inUse > system || cached > system || released > system || releasedInSpans > inUse {
            fatal("the ledger does not balance; system bytes:", system.rawValue)
        }
    }
}

/// Why memory was released.
package enum ReleaseCause: Sendable {
    /// By the background worker.
    case background
    /// By an allocation that made the heap grow.
    case growth
    /// By an allocation that met the memory limit.
    case limit
    /// By a forced release that the program asked for.
    case forced
}
