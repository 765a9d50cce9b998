import TestSupport
import Testing

/// Forks while other threads allocate.
@Suite(.serialized, .needsCompiler)
struct ForkTests {
    @Test(arguments: ["many", "at-once", "nested", "from-threads", "spawned", "grows", "frees"])
    func aForkWhileThreadsAllocateLeavesASoundHeap(_ check: String) throws { try Check.passes("forks", check) }

    @Test(arguments: ["0", "1"])
    func theSmallestStackSufficesAroundForks(control: String) throws {
        let folder = try TemporaryFolder()
        try Check.passes(
            "forks", "small-stacks",
            environment: ["PAGEHEAP_CONTROL": control, "PAGEHEAP_STATISTICS_DIRECTORY": folder.path])
    }
}
