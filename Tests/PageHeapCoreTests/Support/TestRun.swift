import TestSupport

/// The settings of a run of random tests, with which a failure can be repeated and a search deepened.
enum TestRun {
    /// `PAGEHEAP_SEED`, else 1: the same numbers in every run.
    static let seed = environmentNumber("PAGEHEAP_SEED") ?? 1

    /// `PAGEHEAP_OPERATIONS`, else the usual number.
    static func operations(_ usual: Int) -> Int { environmentNumber("PAGEHEAP_OPERATIONS").map { Int($0) } ?? usual }

    /// `PAGEHEAP_SHRINK=1`: random programs run in children of the process, so that one that stops the process can be
    /// shrunk as well. Together with `--no-parallel --filter PageAllocatorModelTests`.
    static let shrinksInChildren = environmentNumber("PAGEHEAP_SHRINK") == 1
}
