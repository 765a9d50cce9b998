import Testing

@Suite("Threads", .serialized, .needsCompiler)
struct ThreadTests {
    @Test(
        "Many threads on one heap",
        arguments: ["random", "exchange", "producer-consumer", "churn", "destructors", "trim", "cache-lines"])
    func threads(_ check: String) throws { try Check.passes("threads", check) }

    @Test("The same where frees are checked", arguments: ["random", "exchange", "producer-consumer", "churn"])
    func checkedThreads(_ check: String) throws {
        try Check.passes("threads", check, environment: ["PAGEHEAP_HARDENING": "1"])
    }
}
