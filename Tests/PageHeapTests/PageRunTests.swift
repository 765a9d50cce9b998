import CPageHeap
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeap

struct PageRunTests {
    private let page = PagedHeap.pageSize

    /// Writes each page's number into it.
    private func number(_ run: inout PageRun) {
        let pages = run.pageCount
        var words = run.mutableSpan(of: Int.self)
        for index in 0..<pages { words[index * page / 8] = index }
    }

    private func numbers(_ run: borrowing PageRun) -> [Int] {
        let words = run.span(of: Int.self)
        return (0..<run.pageCount).map { words[$0 * page / 8] }
    }

    @Test func aSplitRunKeepsItsPagesAndContents() throws {
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: 1000)
        number(&run)
        let rest = try run.split(at: 600)
        #expect(numbers(run) == Array(0..<600))
        #expect(numbers(rest) == Array(600..<1000))
        #expect(heap.statistics.inUseByteCount == 1000 * page)
        run.release()
        #expect(heap.statistics.inUseByteCount == 400 * page)
        #expect(numbers(rest) == Array(600..<1000))
        rest.release()
        #expect(heap.statistics.inUseByteCount == 0)
        heap.checkInvariants()
    }

    @Test(arguments: [-1, 0, 5, 6, Int.min, Int.max])
    func invalidSplitsAreRefused(_ place: Int) throws {
        var run = try PagedHeap.quiet().allocate(pageCount: 5)
        var error: PageHeapError?
        do throws(PageHeapError) {
            let rest = try run.split(at: place)
            rest.release()
        } catch let thrown {
            error = thrown
        }
        #expect(error == .pageCountOutOfRange(place, limit: 4))
        let pages = run.pageCount
        #expect(pages == 5)
    }

    @Test func splitRunsCanBeJoinedAgain() throws {
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: 1000)
        number(&run)
        var rest: PageRun? = try run.split(at: 17)
        try run.append(&rest)
        let isTaken = rest == nil
        #expect(isTaken)
        #expect(numbers(run) == Array(0..<1000))
        try run.append(&rest)
        run.release()
        #expect(heap.statistics.inUseByteCount == 0)
        heap.checkInvariants()
    }

    @Test func runsThatCannotBeJoinedStayUnchanged() throws {
        let (heap, other) = (try PagedHeap.quiet(), try PagedHeap.quiet())
        var run = try heap.allocate(pageCount: 30)
        var middle = try run.split(at: 10)
        var last: PageRun? = try middle.split(at: 10)
        #expect(throws: PageHeapError.notAdjacent) { try run.append(&last) }
        var stranger: PageRun? = try other.allocate(pageCount: 1)
        #expect(throws: PageHeapError.differentHeaps) { try run.append(&stranger) }
        #expect(heap.statistics.inUseByteCount == 30 * page && other.statistics.inUseByteCount == page)
        // A run cannot be extended by the run that lies before it.
        var first: PageRun? = consume run
        #expect(throws: PageHeapError.notAdjacent) { try middle.append(&first) }
        try middle.append(&last)
        let pages = middle.pageCount
        #expect(pages == 20)
    }

    @Test func aShrunkRunReleasesItsLastPages() throws {
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: 700)
        number(&run)
        try run.shrink(toPageCount: 700)
        try run.shrink(toPageCount: 3)
        #expect(heap.statistics.inUseByteCount == 3 * page)
        #expect(numbers(run) == [0, 1, 2])
        for count in [0, 4, -1, Int.max] {
            #expect(throws: PageHeapError.pageCountOutOfRange(count, limit: 3)) { try run.shrink(toPageCount: count) }
        }
        heap.checkInvariants()
    }

    @Test func aRunGrowsWhileTheFollowingPagesAreFree() throws {
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: 100)
        number(&run)
        #expect(try run.growInPlace(byPageCount: 5000))
        #expect(Array(numbers(run).prefix(101)) == Array(0..<100) + [0])
        let isZeroed = run.isZeroed
        #expect(isZeroed == releasedReadsZero)
        #expect(heap.statistics.inUseByteCount == 5100 * page)
        let obstacle = try heap.allocate(pageCount: 1)
        try run.shrink(toPageCount: 5000)
        #expect(try !run.growInPlace(byPageCount: 101))
        #expect(try run.growInPlace(byPageCount: 100))
        #expect(throws: PageHeapError.invalidPageCount(0)) { try run.growInPlace(byPageCount: 0) }
        #expect(try !run.growInPlace(byPageCount: .max))
        heap.checkInvariants()
        obstacle.release()
    }

    @Test func growthIntoUsedPagesIsNotZeroed() throws {
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: 100)
        number(&run)
        try run.shrink(toPageCount: 50)
        let before = run.isZeroed
        #expect(try run.growInPlace(byPageCount: 50))
        let after = run.isZeroed
        #expect(before == releasedReadsZero && !after)
    }

    @Test func leakedPagesStayInUseUntilTheyAreAdopted() throws {
        let heap = try PagedHeap.quiet()
        var run = try heap.allocate(pageCount: 7)
        run.store(9, at: 100)
        let buffer = run.leak()
        #expect(heap.statistics.inUseByteCount == 7 * page)
        #expect(buffer.count == 7 * page && buffer[100] == 9)
        do {
            let adopted = try heap.adopt(UnsafeMutableRawBufferPointer(rebasing: buffer[..<page]))
            let byte = adopted.bytes.unsafeLoad(fromByteOffset: 100, as: UInt8.self)
            #expect(byte == 9)
        }
        #expect(heap.statistics.inUseByteCount == 6 * page)
        try heap.adopt(UnsafeMutableRawBufferPointer(rebasing: buffer[page...])).release()
        #expect(heap.statistics.inUseByteCount == 0)
    }

    @Test func leakedMemoryOutlivesItsHeap() throws {
        let buffer = try PagedHeap.quiet().allocate(pageCount: 7).leak()
        _ = buffer.initializeMemory(as: UInt8.self, repeating: 3)
        #expect(buffer.allSatisfy { $0 == 3 })
    }

    @Test func onlyWholePagesInUseCanBeAdopted() throws {
        let (heap, other) = (try PagedHeap.quiet(), try PagedHeap.quiet())
        let buffer = try heap.allocate(pageCount: 4).leak()
        let wrong = [
            UnsafeMutableRawBufferPointer(start: nil, count: 0),
            UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: 0),
            UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: page + 1),
            UnsafeMutableRawBufferPointer(start: buffer.baseAddress! + 8, count: page),
            UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: 5 * page),
        ]
        for buffer in wrong {
            #expect(throws: PageHeapError.notInUse) { try heap.adopt(buffer).release() }
        }
        #expect(throws: PageHeapError.notInUse) { try other.adopt(buffer).release() }
        try heap.adopt(buffer).release()
        #expect(throws: PageHeapError.notInUse) { try heap.adopt(buffer).release() }
    }

    #if os(Linux)
        @Test(
            .enabled(if: pageheap_chooses_addresses(), "heaps lie anywhere, as under the thread sanitizer"))
        func aRunOutlivesItsHeapAndTheLastRunFreesItsMemory() async throws {
            // In a process of its own, because other tests make heaps, too.
            await #expect(processExitsWith: .success) {
                let tests = PageRunTests()
                let before = try #require(try heapMappings())
                var heap: PagedHeap? = try PagedHeap()
                weak let witness = heap
                var first = try heap!.allocate(pageCount: 4000)
                let second = try first.split(at: 1000)
                heap = nil
                precondition(witness == nil)
                tests.number(&first)
                let grew = try first.growInPlace(byPageCount: 1)
                precondition(!grew)
                first.release()
                let between = try #require(try heapMappings())
                precondition(between > before)
                second.release()
                let after = try heapMappings()
                precondition(after == before)
            }
        }
    #endif

    @Test func heapsEndWhileThreadsFreeTheirLastRuns() async {
        await #expect(processExitsWith: .success) {
            let before = try heapMappings()
            for _ in 0..<50 {
                var heap: PagedHeap? = try PagedHeap()
                var runs: [KeptRun] = []
                for _ in 0..<8 { runs.append(KeptRun(try heap!.allocate(pageCount: 600))) }
                await withTaskGroup(of: Void.self) { group in
                    while let run = runs.popLast() { group.addTask { _ = run } }
                    heap = nil
                }
            }
            // A task may keep its run for a moment after its end.
            #expect(eventually { (try? heapMappings()) == before }, "memory of a heap is left")
        }
    }
}
