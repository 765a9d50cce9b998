@testable import PageHeap

extension PageHeap {
    /// A heap without a worker: only the test changes it, and its figures are exact.
    static func quiet() throws -> PageHeap {
        var configuration = PageHeap.Configuration()
        configuration.releasesInBackground = false
        return try PageHeap(configuration)
    }

    /// A method, so that the heap lives while it is checked.
    func checkInvariants() { heap.checkInvariants() }
}
