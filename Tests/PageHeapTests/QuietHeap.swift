@testable import PageHeap

extension PagedHeap {
    /// A heap without a worker: only the test changes it, and its figures are exact.
    static func quiet() throws(PageHeapError) -> PagedHeap {
        var configuration = PagedHeap.Configuration()
        configuration.releasesInBackground = false
        return try PagedHeap(configuration)
    }

    /// A method, so that the heap lives while it is checked.
    func checkInvariants() { heap.checkInvariants() }
}
