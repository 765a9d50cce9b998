import PageHeap
import PageHeapCore
import SystemPackage

/// The same work through the core and through the library. Each closure returns a number that depends on all of the
/// work, so that the optimiser cannot leave any out.
struct Workload {
    let name: String
    let core: (Int) throws -> UInt
    let library: (Int) throws -> UInt

    /// Returns all workloads, each with heaps of its own, without a background worker.
    static func all() throws -> [Workload] {
        try [pages(1), pages(20), pages(600), read()]
    }

    /// Makes a workload that allocates and frees a run of pages.
    private static func pages(_ count: Int) throws -> Workload {
        let (core, library) = (try CoreHeap(), try quietHeap())
        return Workload(
            name: "pages-\(count)",
            core: { operations in
                let count = PageCount(UInt(count))
                var sum: UInt = 0
                for _ in 0..<operations {
                    guard let run = core.heap.allocate(count, alignment: 1) else {
                        throw PageHeapError.system(.noMemory)
                    }
                    sum &+= run.address
                    guard core.heap.free(run.address, count) else { throw PageHeapError.notInUse }
                }
                return sum
            },
            library: { operations in
                var sum: UInt = 0
                for _ in 0..<operations {
                    let run = try library.allocate(pageCount: count)
                    sum &+= run.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
                }
                return sum
            })
    }

    /// Makes a workload that reads a page through a pointer, and through the span of a run. An operation is a page.
    private static func read() throws -> Workload {
        let (core, library) = (try CoreHeap(), try quietHeap())
        guard let pages = core.heap.allocate(1, alignment: 1) else { throw PageHeapError.system(.noMemory) }
        let words = UnsafeBufferPointer(
            start: UnsafePointer<UInt>(bitPattern: pages.address), count: PagedHeap.pageSize / MemoryLayout<UInt>.stride
        )
        let kept = KeptRun(try library.allocate(pageCount: 1))
        return Workload(
            name: "read",
            core: { operations in
                withExtendedLifetime(core) {
                    var sum: UInt = 0
                    for _ in 0..<operations { for word in words { sum = sum &* 31 &+ word } }
                    return sum
                }
            },
            library: { operations in
                var sum: UInt = 0
                for _ in 0..<operations { sum = Self.sum(kept.run, from: sum) }
                return sum
            })
    }

    private static func sum(_ run: borrowing PageRun, from start: UInt) -> UInt {
        var sum = start
        let words = run.span(of: UInt.self)
        for index in words.indices { sum = sum &* 31 &+ words[index] }
        return sum
    }

    private static func quietHeap() throws -> PagedHeap {
        var configuration = PagedHeap.Configuration()
        configuration.releasesInBackground = false
        return try PagedHeap(configuration)
    }
}
