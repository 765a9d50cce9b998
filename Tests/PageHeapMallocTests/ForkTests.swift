import Testing

/// Forks while other threads allocate.
@Suite(.serialized, .needsCompiler)
struct ForkTests {
    @Test(arguments: ["many", "at-once", "nested", "from-threads", "spawned", "grows", "frees"])
    func aForkWhileThreadsAllocateLeavesASoundHeap(_ check: String) throws { try Check.passes("forks", check) }
}
