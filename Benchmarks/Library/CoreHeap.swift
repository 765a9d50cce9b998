import PageHeap
import PageHeapCore
import SystemPackage

/// A heap of the core that closures can share, without a background worker.
final class CoreHeap {
    let heap: SystemHeap

    init() throws {
        var configuration = HeapConfiguration()
        configuration.runsWorker = false
        guard let heap = SystemHeap(configuration) else { throw PageHeapError.system(.noMemory) }
        self.heap = heap
    }

    deinit { heap.abandon() }
}
