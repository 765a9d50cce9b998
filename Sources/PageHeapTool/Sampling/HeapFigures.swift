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
    /// What was done from the start on.
    var totals = HeapTotals()

    static func += (left: inout HeapFigures, right: HeapFigures) {
        left.inUse += right.inUse
        left.retained += right.retained
        if let goal = right.goal { left.goal = (left.goal ?? .zero) + goal }
        left.live += right.live
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
        totals = HeapTotals(page)
    }
}
