import Testing

/// Many threads on one heap.
@Suite(.serialized, .needsCompiler)
struct ThreadTests {
    @Test(arguments: ["random", "exchange", "producer-consumer", "churn", "destructors", "trim", "cache-lines"])
    func manyThreadsCanShareOneHeap(_ check: String) throws { try Check.passes("threads", check) }

    @Test(arguments: ["random", "exchange", "producer-consumer", "churn"], ["1", "2"])
    func manyThreadsCanShareOneHeapWhenHardened(_ check: String, level: String) throws {
        try Check.passes("threads", check, environment: ["PAGEHEAP_HARDENING": level])
    }
}
