import Testing

@Suite("Forks", .serialized, .needsCompiler)
struct ForkTests {
    @Test(
        "Forks while other threads allocate",
        arguments: ["many", "at-once", "nested", "from-threads", "spawned", "grows", "frees"])
    func forks(_ check: String) throws { try Check.passes("forks", check) }
}
