import PageHeapCore
import Testing

/// What is read of a control group tree.
struct SurroundingsTests {
    @Test func withoutFilesNothingIsKnown() throws {
        #expect(try SystemTree(groups: nil).surroundings == nil)
        #expect(try SystemTree(groups: "0::/\n").surroundings == Surroundings())
    }

    @Test func theLimitIsTheSmallerOfMaxAndHigh() throws {
        let tree = try SystemTree(groups: "0::/a\n")
        try tree.group("/a", ["memory.max": "1000", "memory.high": "max", "memory.current": "300"])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 1000, left: 700))
        try tree.group("/a", ["memory.high": "800"])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 800, left: 500))
        try tree.group("/a", ["memory.max": "max"])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 800, left: 500))
        try tree.group("/a", ["memory.high": "max"])
        #expect(try #require(tree.surroundings).limit == nil)
    }

    @Test func theInactiveCacheOfFilesIsNotUsed() throws {
        let tree = try SystemTree(groups: "0::/\n")
        let lines = (0..<100).map { "figure_\($0) 1\n" }.joined()
        try tree.group(
            "",
            [
                "memory.max": "1000", "memory.current": "900",
                "memory.stat": lines + "inactive_anon 7\nactive_file 50\ninactive_file 250\n" + lines,
            ])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 1000, left: 350))
        try tree.group("", ["memory.stat": "inactive_file 2000"])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 1000, left: 1000))
    }

    @Test func theGroupOrAncestorThatLeavesTheLeastCounts() throws {
        let tree = try SystemTree(groups: "0::/a/b/c\n")
        try tree.group("/a/b/c", ["memory.max": "1000", "memory.current": "100"])
        try tree.group("/a/b", ["memory.max": "2000", "memory.current": "1900"])
        try tree.group("/a", ["memory.max": "3000", "memory.current": "2000"])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 2000, left: 100))
        try tree.group("/a", ["memory.current": "3500"])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 3000, left: -500))
        // A group that a tool has put in the place of the root, as a container does.
        try tree.group("", ["memory.max": "5000", "memory.current": "6000"])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 5000, left: -1000))
    }

    @Test func oldGroupsAreReadToo() throws {
        let tree = try SystemTree(groups: "5:cpu,cpuacct:/x\n4:memory:/a/b\n0::/\n")
        try tree.group(
            "/memory/a/b",
            [
                "memory.limit_in_bytes": "4000", "memory.usage_in_bytes": "3000",
                "memory.stat": "inactive_file 1\ntotal_inactive_file 500",
            ])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 4000, left: 1500))
        try tree.group("/memory", ["memory.limit_in_bytes": "3000", "memory.usage_in_bytes": "2900"])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 3000, left: 100))
        for path in ["/memory", "/memory/a/b"] {
            try tree.group(path, ["memory.limit_in_bytes": "9223372036854771712"])
        }
        #expect(try #require(tree.surroundings).limit == nil)
    }

    @Test(
        arguments: [
            "", "max", "-1", "many", " 1000", "0x10", "99999999999999999999", "18446744073709551615", "\u{0}",
            String(repeating: "7", count: 5000),
        ])
    func aMalformedFileCountsAsAbsent(_ text: String) throws {
        let tree = try SystemTree(groups: "0::/a\n")
        try tree.group("/a", ["memory.max": text, "memory.current": "100"])
        #expect(try #require(tree.surroundings).limit == nil)
        try tree.group("/a", ["memory.max": "1000", "memory.stat": text])
        #expect(try #require(tree.surroundings).limit == MemoryAllowance(limit: 1000, left: 900))
        // Without its use, a limit says nothing.
        try tree.group("/a", ["memory.current": text])
        #expect(try #require(tree.surroundings).limit == nil)
        try tree.group("/a", ["memory.pressure": text])
        #expect(try #require(tree.surroundings).stalledNanoseconds == nil)
    }

    @Test(
        arguments: [
            "", "0", "0:", "0::", "::", "0::a", "4:memory", "4:memory:", "\n\n\n", "0::/../../../../..",
            String(repeating: "x", count: 9000), "0::/" + String(repeating: "y/", count: 4000),
            String(repeating: "0::/a\n", count: 2000),
        ])
    func aMalformedListOfGroupsDoesNoHarm(_ text: String) throws {
        let tree = try SystemTree(groups: text)
        #expect(try #require(tree.surroundings).limit == nil)
    }

    @Test func theTimeThatTasksWaitedIsTheGroupsOrTheMachines() throws {
        let tree = try SystemTree(groups: "0::/a\n")
        try tree.write("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\nfull total=1\n", to: "proc/pressure/memory")
        #expect(try #require(tree.surroundings).stalledNanoseconds == 7000)
        try tree.group("/unified/a", ["memory.pressure": "some avg10=1.00 avg60=0.00 avg300=0.00 total=8"])
        #expect(try #require(tree.surroundings).stalledNanoseconds == 8000)
        try tree.group("/a", ["memory.pressure": "some avg10=2.00 avg60=0.00 avg300=0.00 total=9"])
        #expect(try #require(tree.surroundings).stalledNanoseconds == 9000)
    }

    @Test func theSmallestQuotaOfProcessorsIsRead() throws {
        let tree = try SystemTree(groups: "0::/a/b\n3:cpu,cpuacct:/x\n")
        try tree.group("/a/b", ["cpu.max": "200000 100000"])
        #expect(try #require(tree.surroundings).processorQuota == 2)
        try tree.group("/a", ["cpu.max": "150000 100000"])
        #expect(try #require(tree.surroundings).processorQuota == 1.5)
        try tree.group("/cpu,cpuacct/x", ["cpu.cfs_quota_us": "50000", "cpu.cfs_period_us": "100000"])
        #expect(try #require(tree.surroundings).processorQuota == 0.5)
        try tree.group("/a", ["cpu.max": "max 100000"])
        try tree.group("/cpu,cpuacct/x", ["cpu.cfs_quota_us": "-1"])
        #expect(try #require(tree.surroundings).processorQuota == 2)
    }
}
