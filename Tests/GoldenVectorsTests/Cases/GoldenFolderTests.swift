import Testing

/// A folder without any file of golden cases must not pass as 'all skipped'.
@Suite("Golden: the folder")
struct GoldenFolderTests {
    private static let names = [
        "addr_ranges", "alloc_to_cache", "fill_aligned", "find_bit_range64", "find_scavenge_candidate",
        "page_alloc_small.go115", "page_alloc_medium.go115", "page_alloc_long.go115", "page_alloc_small.go119",
        "page_alloc_medium.go119", "page_alloc_long.go119", "page_alloc_small.go127", "page_alloc_medium.go127",
        "page_alloc_long.go127", "page_cache", "page_cache_flush", "pallocbits", "pi_controller", "rss_goal.go115",
        "scavenger_pacing", "summaries",
    ]

    @Test func hasGoldenCases() {
        let folder = VectorFolder.current
        #expect(
            Self.names.contains { folder.file($0) != nil }, "no file of golden cases in \(folder.path)")
    }
}
