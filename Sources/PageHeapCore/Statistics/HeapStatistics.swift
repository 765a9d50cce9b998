import CPageHeapInterface

/// A consistent snapshot of a heap's statistics.
package struct HeapStatistics: Sendable {
    /// The heap's ledger. Replacing it replaces the figures that come from it.
    package var ledger: HeapLedger { didSet { ledger.write(to: &values) } }
    /// All figures, in the form in which C programs, the statistics page and the Swift library have them.
    package var values: pageheap_statistics

    /// - Parameters:
    ///   - ledger: the heap's ledger.
    ///   - values: all figures, those of the ledger included.
    init(_ ledger: HeapLedger, _ values: pageheap_statistics) {
        self.ledger = ledger
        self.values = values
    }

    package var metadata: ByteCount { ByteCount(UInt(values.metadata_bytes)) }
    package var live: ByteCount { ByteCount(UInt(values.live_bytes)) }
    /// The goal for retained memory; the maximum if the last cycle set none.
    package var goal: ByteCount { ByteCount(UInt(values.goal_bytes)) }
    /// The goal that the scavenger derives from the memory limit; the maximum if there is no limit.
    package var limitGoal: ByteCount { ByteCount(UInt(values.limit_goal_bytes)) }
    package var generation: UInt32 { UInt32(truncatingIfNeeded: values.generations_total) }
    package var workerNanoseconds: UInt64 { values.worker_cpu_nanoseconds_total }
}

extension HeapLedger {
    /// Writes the figures that come from the ledger. Released parts of pages in use do not count as in use, so that the
    /// accounts add up to all memory that the heap has from the system.
    func write(to values: inout pageheap_statistics) {
        values.system_bytes = UInt64(system.rawValue)
        values.in_use_bytes = UInt64(used.rawValue)
        values.cached_bytes = UInt64(cached.rawValue)
        values.free_retained_bytes = UInt64(freeRetained.rawValue)
        values.released_bytes = UInt64(released.rawValue)
        values.released_in_use_bytes = UInt64(releasedInSpans.rawValue)
        values.returned_bytes_total = UInt64(returnedTotal.rawValue)
        values.released_background_bytes_total = UInt64(releasedInBackgroundTotal.rawValue)
        values.released_growth_bytes_total = UInt64(releasedAtGrowthTotal.rawValue)
        values.released_limit_bytes_total = UInt64(releasedForLimitTotal.rawValue)
        values.released_forced_bytes_total = UInt64(releasedForcedTotal.rawValue)
        values.released_in_use_bytes_total = UInt64(releasedInSpansTotal.rawValue)
        values.release_calls_total = UInt64(releaseCalls)
        values.release_failures_total = UInt64(releaseFailures)
    }
}
