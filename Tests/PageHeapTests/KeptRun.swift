import PageHeap

/// A run of pages that an array can hold.
final class KeptRun: Sendable {
    private let run: PageRun

    init(_ run: consuming PageRun) { self.run = run }
}
