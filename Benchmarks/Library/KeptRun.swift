import PageHeap

/// A run of pages that closures can share.
final class KeptRun {
    let run: PageRun

    init(_ run: consuming PageRun) { self.run = run }
}
