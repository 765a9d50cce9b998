import CPageHeap

/// The statistics of one process's heap, or their sum over several processes.
struct HeapFigures: Hashable, Sendable {
    /// The size of all spans: what the program holds, and the space around it that does not make free pages.
    var inUse = ByteCount.zero
    /// The part of the heap that has physical memory: in use, cached and free.
    var retained = ByteCount.zero
    /// The scavenger's goal for `retained`; nil if the scavenger is off.
    var goal: ByteCount?
    /// The size of all blocks that the program or its thread caches hold.
    var live = ByteCount.zero
    /// The memory limit, which applies to `retained` plus metadata; nil if there is none.
    var memoryLimit: ByteCount?
    /// The scavenger's CPU time in the ten seconds before its last round, in nanoseconds.
    var scavengerRecentNanoseconds: UInt64 = 0
    /// The totals since the start.
    var totals = HeapTotals()

    static func += (left: inout HeapFigures, right: HeapFigures) {
        left.inUse += right.inUse
        left.retained += right.retained
        if let goal = right.goal { left.goal = (left.goal ?? .zero) + goal }
        left.live += right.live
        if let limit = right.memoryLimit { left.memoryLimit = (left.memoryLimit ?? .zero) + limit }
        left.scavengerRecentNanoseconds &+= right.scavengerRecentNanoseconds
        left.totals += right.totals
    }
}

extension HeapFigures {
    init(_ page: pageheap_figures) {
        inUse = ByteCount(page.in_use_bytes)
        retained =
            ByteCount(page.system_bytes) - ByteCount(page.released_bytes) - ByteCount(page.released_in_spans_bytes)
        goal = page.goal_bytes == .max ? nil : ByteCount(page.goal_bytes)
        live = ByteCount(page.live_bytes)
        memoryLimit = page.memory_limit_bytes == .max ? nil : ByteCount(page.memory_limit_bytes)
        scavengerRecentNanoseconds = page.scavenger_recent_nanoseconds
        totals = HeapTotals(page)
    }
}
