import Foundation
import TestSupport
import Testing

/// Checks that all files of golden cases are there: a missing file only skips the test that reads it.
struct GoldenFolderTests {
    /// Every file that a test reads.
    static let required = [
        "addr_ranges", "alloc_to_cache", "fill_aligned", "find_bit_range64", "find_scavenge_candidate",
        "page_alloc_small.go115", "page_alloc_medium.go115", "page_alloc_long.go115", "page_alloc_small.go119",
        "page_alloc_medium.go119", "page_alloc_long.go119", "page_alloc_small.go127", "page_alloc_medium.go127",
        "page_alloc_long.go127", "page_cache", "page_cache_flush", "pallocbits", "pi_controller", "rss_goal.go115",
        "rss_goal.go127", "scavenger_pacing", "summaries",
    ]

    @Test func theFolderHasAllGoldenCases() {
        let folder = VectorFolder.current
        #expect(folder.missing(of: Self.required) == [], "\(folder.path) lacks files of golden cases")
    }

    @Test func aMissingFileIsNamed() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "plain.jsonl")
        try folder.write("", to: "packed.jsonl.gz")
        #expect(VectorFolder(URL(fileURLWithPath: folder.path)).missing(of: ["plain", "other", "packed"]) == ["other"])
    }
}
