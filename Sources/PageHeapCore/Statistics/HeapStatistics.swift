import CPageHeapInterface

/// A consistent snapshot of a heap's statistics.
package struct HeapStatistics: Sendable {
    /// The heap's ledger. Replacing it replaces the figures that come from it.
    package var ledger: HeapLedger { didSet { ledger.write(to: &values) } }
    /// All figures, in the form in which C programs, the statistics page and the Swift library have them.
    package var values: pageheap_statistics

    /// - Parameters:
    ///   - ledger: the heap's ledger.
    ///   - values: all figures that do not come from it.
    init(_ ledger: HeapLedger, _ values: pageheap_statistics) {
        self.ledger = ledger
        self.values = values
        self.values.size = UInt64(MemoryLayout<pageheap_statistics>.size)
        ledger.write(to: &self.values)
    }

    package var metadata: ByteCount { ByteCount(UInt(values.metadata_bytes)) }
    package var live: ByteCount { ByteCount(UInt(values.live_bytes)) }
    /// The goal for retained memory; the maximum if the scavenger is off.
    package var goal: ByteCount { ByteCount(UInt(values.goal_bytes)) }
    /// The goal that the scavenger derives from the memory limit; the maximum if there is no limit.
    package var limitGoal: ByteCount { ByteCount(UInt(values.limit_goal_bytes)) }
    package var generation: UInt32 { UInt32(truncatingIfNeeded: values.generations_total) }
    package var workerNanoseconds: UInt64 { values.worker_cpu_nanoseconds_total }
}
