import Foundation
import TestSupport
import Testing

/// A missing file of golden cases only skips the test that reads it, and a file that no test reads goes unnoticed: here
/// they fail.
struct GoldenFolderTests {
    /// Every file that a test reads.
    static let required = [
        "addr_ranges", "alloc_to_cache", "fill_aligned", "find_bit_range64", "find_scavenge_candidate",
        "page_alloc_small.go115", "page_alloc_medium.go115", "page_alloc_long.go115", "page_alloc_small.go119",
        "page_alloc_medium.go119", "page_alloc_long.go119", "page_alloc_small.go127", "page_alloc_medium.go127",
        "page_alloc_long.go127", "page_cache", "page_cache_flush", "pallocbits", "pi_controller", "rss_goal.go115",
        "rss_goal.go127", "scavenger_pacing", "summaries",
    ]

    /// Files of the original's cases that no test reads, because they say nothing about this allocator: the memory
    /// limit's goals of a version that computes them wrongly, and the states of a scavenger of another design.
    static let notRead = ["rss_goal.go119", "scav_chunk_data.go127"]

    @Test func theFolderHasAllGoldenCases() {
        let folder = VectorFolder.current
        #expect(folder.missing(of: Self.required) == [], "\(folder.path) lacks files of golden cases")
    }

    @Test func theFolderHasNoOtherFiles() throws {
        let folder = VectorFolder.current
        let unknown = try folder.unknown(beside: Self.required + Self.notRead)
        #expect(unknown == [], "\(folder.path) has files that no test reads")
    }

    @Test func missingAndUnknownFilesAreNamed() throws {
        let temporary = try TemporaryFolder()
        for name in ["plain.jsonl", "packed.jsonl.gz", "README.md", "strange.jsonl", "plain.jsonl.zst"] {
            try temporary.write("", to: name)
        }
        let folder = VectorFolder(URL(fileURLWithPath: temporary.path))
        #expect(folder.missing(of: ["plain", "other", "packed"]) == ["other"])
        #expect(try folder.unknown(beside: ["plain", "other", "packed"]) == ["plain.jsonl.zst", "strange.jsonl"])
    }
}
