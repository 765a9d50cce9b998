import Testing

/// Compares whole allocators with traces of the original. Traces of Go 1.15 include the scavenger; of Go 1.19 and 1.27,
/// whose scavengers are of later designs, only allocation is compared.
struct GoldenTraceTests {
    /// Most of these runs are of small heaps, so in a small address space most lines are checked as well.
    @Test(.golden("page_alloc_small.go115"))
    func theSmallTraceMatchesGo115() throws { #expect(try check("page_alloc_small.go115", .everything) > 2400) }

    @Test(.golden("page_alloc_medium.go115"))
    func theMediumTraceMatchesGo115() throws { try check("page_alloc_medium.go115", .everything) }

    @Test(.golden("page_alloc_long.go115"))
    func theLongTraceMatchesGo115() throws { try check("page_alloc_long.go115", .everything) }

    @Test(.golden("page_alloc_small.go119"))
    func allocationInTheSmallTraceMatchesGo119() throws { try check("page_alloc_small.go119", .allocation) }

    @Test(.golden("page_alloc_medium.go119"))
    func allocationInTheMediumTraceMatchesGo119() throws { try check("page_alloc_medium.go119", .allocation) }

    @Test(.golden("page_alloc_long.go119"))
    func allocationInTheLongTraceMatchesGo119() throws { try check("page_alloc_long.go119", .allocation) }

    @Test(.golden("page_alloc_small.go127"))
    func allocationInTheSmallTraceMatchesGo127() throws { try check("page_alloc_small.go127", .allocation) }

    @Test(.golden("page_alloc_medium.go127"))
    func allocationInTheMediumTraceMatchesGo127() throws { try check("page_alloc_medium.go127", .allocation) }

    @Test(.golden("page_alloc_long.go127"))
    func allocationInTheLongTraceMatchesGo127() throws { try check("page_alloc_long.go127", .allocation) }

    /// Returns the number of lines that were checked.
    @discardableResult
    private func check(_ file: String, _ binding: GoldenBinding) throws -> Int {
        let trace = GoldenTrace(binding)
        return try checkGolden(file, trace.take, finish: trace.finish)
    }
}
