import CPageHeapInterface

// The C form of a heap's statistics: the malloc library writes it, the Swift library reads it back.
extension HeapStatistics {
    /// Writes the heap's own statistics; leaves the fields for size, age, thread caches and the worker's thread
    /// unchanged.
    package func write(to statistics: inout pageheap_statistics) {
        statistics.system_bytes = UInt64(ledger.system.rawValue)
        statistics.in_use_bytes = UInt64(ledger.inUse.rawValue)
        statistics.cached_bytes = UInt64(ledger.cached.rawValue)
        statistics.free_retained_bytes = UInt64(ledger.freeRetained.rawValue)
        statistics.released_bytes = UInt64(ledger.released.rawValue)
        statistics.released_in_spans_bytes = UInt64(ledger.releasedInSpans.rawValue)
        statistics.metadata_bytes = UInt64(metadata.rawValue)
        statistics.live_bytes = UInt64(live.rawValue)
        statistics.goal_bytes = UInt64(goal.rawValue)
        statistics.memory_limit_bytes = UInt64(memoryLimit.rawValue)
        statistics.limit_goal_bytes = UInt64(limitGoal.rawValue)
        statistics.released_background_total_bytes = UInt64(ledger.releasedInBackgroundTotal.rawValue)
        statistics.released_growth_total_bytes = UInt64(ledger.releasedAtGrowthTotal.rawValue)
        statistics.released_limit_total_bytes = UInt64(ledger.releasedForLimitTotal.rawValue)
        statistics.released_forced_total_bytes = UInt64(ledger.releasedForcedTotal.rawValue)
        statistics.released_in_spans_total_bytes = UInt64(ledger.releasedInSpansTotal.rawValue)
        statistics.reused_within_1_second_total_bytes = UInt64(reusedWithin1.rawValue)
        statistics.reused_within_10_seconds_total_bytes = UInt64(reusedWithin10.rawValue)
        statistics.reused_within_60_seconds_total_bytes = UInt64(reusedWithin60.rawValue)
        statistics.release_calls = UInt64(ledger.releaseCalls)
        statistics.release_failures = UInt64(ledger.releaseFailures)
        statistics.generation = UInt64(generation)
        statistics.worker_wake_ups = workerWakeUps
        statistics.controller_resets = controllerResets
        statistics.worker_cpu_nanoseconds = workerNanoseconds
        statistics.worker_recent_cpu_nanoseconds = workerRecentNanoseconds
        statistics.assist_cpu_nanoseconds = assistNanoseconds
        statistics.forced_cpu_nanoseconds = forcedNanoseconds
        withUnsafeMutableBytes(of: &statistics.lock_holds) { holds.copy(to: $0) }
        withUnsafeMutableBytes(of: &statistics.forced_lock_holds) { forcedHolds.copy(to: $0) }
    }

    /// Reads back what ``write(to:)`` wrote. A number too large for this process's word becomes the largest.
    package init(_ statistics: pageheap_statistics) {
        var ledger = HeapLedger()
        ledger.system = ByteCount(UInt(clamping: statistics.system_bytes))
        ledger.inUse = ByteCount(UInt(clamping: statistics.in_use_bytes))
        ledger.cached = ByteCount(UInt(clamping: statistics.cached_bytes))
        ledger.released = ByteCount(UInt(clamping: statistics.released_bytes))
        ledger.releasedInSpans = ByteCount(UInt(clamping: statistics.released_in_spans_bytes))
        ledger.releasedInBackgroundTotal = ByteCount(UInt(clamping: statistics.released_background_total_bytes))
        ledger.releasedAtGrowthTotal = ByteCount(UInt(clamping: statistics.released_growth_total_bytes))
        ledger.releasedForLimitTotal = ByteCount(UInt(clamping: statistics.released_limit_total_bytes))
        ledger.releasedForcedTotal = ByteCount(UInt(clamping: statistics.released_forced_total_bytes))
        ledger.releasedInSpansTotal = ByteCount(UInt(clamping: statistics.released_in_spans_total_bytes))
        ledger.releaseCalls = UInt(clamping: statistics.release_calls)
        ledger.releaseFailures = UInt(clamping: statistics.release_failures)
        self.init(
            ledger: ledger, metadata: ByteCount(UInt(clamping: statistics.metadata_bytes)),
            live: ByteCount(UInt(clamping: statistics.live_bytes)),
            goal: ByteCount(UInt(clamping: statistics.goal_bytes)),
            memoryLimit: ByteCount(UInt(clamping: statistics.memory_limit_bytes)),
            limitGoal: ByteCount(UInt(clamping: statistics.limit_goal_bytes)),
            workerNanoseconds: statistics.worker_cpu_nanoseconds, workerWakeUps: statistics.worker_wake_ups,
            generation: UInt32(clamping: statistics.generation),
            workerRecentNanoseconds: statistics.worker_recent_cpu_nanoseconds,
            controllerResets: statistics.controller_resets, assistNanoseconds: statistics.assist_cpu_nanoseconds,
            forcedNanoseconds: statistics.forced_cpu_nanoseconds,
            reusedWithin1: ByteCount(UInt(clamping: statistics.reused_within_1_second_total_bytes)),
            reusedWithin10: ByteCount(UInt(clamping: statistics.reused_within_10_seconds_total_bytes)),
            reusedWithin60: ByteCount(UInt(clamping: statistics.reused_within_60_seconds_total_bytes)),
            holds: withUnsafeBytes(of: statistics.lock_holds) { HoldCounts(copying: $0) },
            forcedHolds: withUnsafeBytes(of: statistics.forced_lock_holds) { HoldCounts(copying: $0) })
    }
}
