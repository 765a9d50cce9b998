import CPageHeap

/// One process's own figures of its heap, or the sum of several processes' figures.
struct HeapFigures: Hashable, Sendable {
    /// In spans: what the program holds, and the room around it that is not free pages.
    var inUse = ByteCount.zero
    /// All of the heap that has physical memory: in use, cached and free.
    var retained = ByteCount.zero
    /// What the scavenger drives `retained` to; nil where it is off.
    var goal: ByteCount?
    /// In blocks that the program or its threads' caches hold.
    var live = ByteCount.zero
    /// What the heap and its books should have from the system at most; nil where there is no limit.
    var memoryLimit: ByteCount?
    /// The scavenger's CPU time in the ten seconds before it last worked, in nanoseconds.
    var scavengerRecentNanoseconds: UInt64 = 0
    /// What was done from the start on.
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
