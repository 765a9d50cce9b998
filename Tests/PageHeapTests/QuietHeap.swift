@testable import PageHeap

extension PageHeap {
    /// A heap that nobody else changes: without its worker, figures are exact.
    static func quiet() throws -> PageHeap {
        var configuration = PageHeap.Configuration()
        configuration.releasesInBackground = false
        return try PageHeap(configuration)
    }

    /// A method, so that the heap stays while it is looked at.
    func checkInvariants() { heap.checkInvariants() }
}
