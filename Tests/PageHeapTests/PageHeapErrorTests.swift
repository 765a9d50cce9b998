import PageHeap
import SystemPackage
import Testing

/// Wrong requests to a heap, and their errors.
struct PageHeapErrorTests {
    /// The error with which a request ends, or nil if it succeeds.
    private func failure(pages: Int, alignment: Int = 1) throws -> PageHeapError? {
        let heap = try PagedHeap()
        do {
            let run = try heap.allocate(pageCount: pages, alignment: alignment)
            run.release()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [0, -1, Int.min])
    func invalidPageCountsAreRefused(_ pages: Int) throws {
        #expect(try failure(pages: pages) == .invalidPageCount(pages))
    }

    @Test(arguments: [0, -8, 3, 8191, Int.min])
    func invalidAlignmentsAreRefused(_ alignment: Int) throws {
        #expect(try failure(pages: 1, alignment: alignment) == .invalidAlignment(alignment))
    }

    @Test(arguments: [1 << 40, Int.max, Int.max / 8192])
    func requestsForTooMuchMemoryAreRefused(_ pages: Int) throws {
        #expect(try failure(pages: pages) == .system(.noMemory))
        #expect(try failure(pages: 1, alignment: 1 << 62) == .system(.noMemory))
    }

    @Test func aHeapRemainsUsableAfterARefusal() throws {
        let heap = try PagedHeap()
        #expect(throws: PageHeapError.self) {
            let run = try heap.allocate(pageCount: 1 << 40)
            run.release()
        }
        let run = try heap.allocate(pageCount: 1)
        let pages = run.pageCount
        #expect(pages == 1)
    }

    @Test(arguments: [-1, 101, Int.max])
    func percentagesOutOfRangeAreRefused(_ percent: Int) {
        var configuration = PagedHeap.Configuration()
        configuration.retainExtraPercent = percent
        #expect(throws: PageHeapError.invalidConfiguration("retainExtraPercent must be 0 to 100, not \(percent)")) {
            _ = try PagedHeap(configuration)
        }
    }

    @Test(arguments: [0, 0.09, 100.1, -1, .infinity, .nan])
    func sharesOfCPUTimeOutOfRangeAreRefused(_ percent: Double) {
        var configuration = PagedHeap.Configuration()
        configuration.scavengePercent = percent
        #expect(throws: PageHeapError.invalidConfiguration("scavengePercent must be 0.1 to 100, not \(percent)")) {
            _ = try PagedHeap(configuration)
        }
    }

    @Test(arguments: [0, -1, Int.min])
    func invalidMemoryLimitsAreRefused(_ limit: Int) throws {
        let error = PageHeapError.invalidConfiguration(
            "memoryLimit must be at least 1, or nil for no limit, not \(limit)")
        var configuration = PagedHeap.Configuration()
        configuration.memoryLimit = limit
        #expect(throws: error) { _ = try PagedHeap(configuration) }
        let heap = try PagedHeap()
        #expect(throws: error) { try heap.setMemoryLimit(limit) }
        #expect(heap.memoryLimit == nil)
    }

    @Test func invalidHeapGoalsAreRefused() throws {
        var configuration = PagedHeap.Configuration()
        configuration.cycles = .runtime
        let heap = try PagedHeap(configuration)
        #expect(throws: PageHeapError.invalidHeapGoal(-1)) { try heap.endCycle(heapGoal: -1) }
        try heap.endCycle(heapGoal: 0)
        try heap.endCycle(heapGoal: .max)
        #expect(throws: PageHeapError.invalidConfiguration("endCycle needs a heap whose cycles are .runtime")) {
            try PagedHeap().endCycle(heapGoal: 1)
        }
    }

    @Test func errorsSayWhatIsWrongAndWhatIsRight() {
        #expect("\(PageHeapError.invalidPageCount(0))" == "a number of pages must be at least 1, not 0")
        #expect("\(PageHeapError.invalidAlignment(3))" == "an alignment must be a power of two, not 3")
        #expect("\(PageHeapError.invalidHeapGoal(-5))" == "a heap goal must be 0 or more, not -5")
        #expect("\(PageHeapError.limitReached(.mappings))".contains("vm.max_map_count"))
        #expect("\(PageHeapError.system(.noMemory))".contains("memory"))
    }
}
