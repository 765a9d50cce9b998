import Testing

/// Whole allocators and their scavengers, against traces of the original of Go 1.15.
@Suite("Golden: traces of operations")
struct GoldenTraceTests {
    @Test(.golden("page_alloc_small.go115"))
    func small() throws { try check("page_alloc_small.go115") }

    @Test(.golden("page_alloc_medium.go115"))
    func medium() throws { try check("page_alloc_medium.go115") }

    @Test(.golden("page_alloc_long.go115"))
    func long() throws { try check("page_alloc_long.go115") }

    private func check(_ file: String) throws {
        let trace = GoldenTrace()
        try checkGolden(file, trace.take, finish: trace.finish)
    }
}
