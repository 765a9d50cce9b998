import CPageHeapInterface

extension HeapLedger {
    /// Writes the figures that come from the ledger. In use are, for whoever reads them, pages without their released
    /// parts: so the accounts add up to all memory of the system.
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
