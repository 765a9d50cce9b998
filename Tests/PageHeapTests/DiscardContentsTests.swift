import Testing

@testable import PageHeap

struct DiscardContentsTests {
    private let page = PagedHeap.pageSize

    private func filled(_ heap: PagedHeap, pages: Int) throws -> PageRun {
        var run = try heap.allocate(pageCount: pages)
        run.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 1) }
        return run
    }

    @Test func discardedPagesReadAsZeroAndCountAsReleased() throws {
        let heap = try PagedHeap.quiet()
        // If pages keep what they held, their zeros are released once more.
        let releases = releasedReadsZero ? 1 : 2
        var run = try filled(heap, pages: 900)
        try run.discardContents()
        try run.discardContents()
        let released = heap.statistics
        #expect(released.inUseByteCount == 0 && released.releasedInUseByteCount == 900 * page)
        #expect(released.releasedInUseTotalByteCount == 900 * page * releases && released.releaseCallCount == releases)
        #expect(released.retainedByteCount == 0)
        let word = run.span(of: UInt64.self)[0]
        #expect(word == 0)
        run.withUnsafeBytes { bytes in #expect(bytes.allSatisfy { $0 == 0 }) }
        #expect(heap.statistics.releasedInUseByteCount == 900 * page)
        heap.checkInvariants()
        run.store(1, at: 5)
        let touched = heap.statistics
        #expect(touched.releasedInUseByteCount == 0 && touched.retainedByteCount == 900 * page)
        try run.discardContents()
        let byte = run.span(of: UInt8.self)[5]
        #expect(byte == 0)
        #expect(heap.statistics.releasedInUseTotalByteCount == 1800 * page * releases)
    }

    @Test func aDiscardedRunIsReleasedWhenItIsFreed() throws {
        let heap = try PagedHeap.quiet()
        var run = try filled(heap, pages: 900)
        try run.discardContents()
        run.release()
        let figures = heap.statistics
        #expect(
            figures.freeRetainedByteCount == 0 && figures.releasedInUseByteCount == 0 && figures.inUseByteCount == 0)
        heap.checkInvariants()
        let again = try heap.allocate(pageCount: 900)
        let isZeroed = again.isZeroed
        #expect(isZeroed == releasedReadsZero)
    }

    @Test func changesToADiscardedRunKeepTheBooksRight() throws {
        let heap = try PagedHeap.quiet()
        var run = try filled(heap, pages: 900)
        try run.discardContents()
        var rest: PageRun? = try run.split(at: 300)
        #expect(heap.statistics.releasedInUseByteCount == 900 * page)
        try run.append(&rest)
        try run.shrink(toPageCount: 800)
        #expect(heap.statistics.releasedInUseByteCount == 800 * page)
        heap.checkInvariants()
        rest = try run.split(at: 500)
        rest?.withUnsafeMutableBytes { $0[0] = 3 }
        #expect(heap.statistics.releasedInUseByteCount == 500 * page)
        // One part may have memory, so both count as if they had.
        try run.append(&rest)
        #expect(heap.statistics.releasedInUseByteCount == 0)
        let kept = run.bytes.unsafeLoad(fromByteOffset: 500 * page, as: UInt8.self)
        #expect(kept == 3)
        try run.discardContents()
        #expect(try run.growInPlace(byPageCount: 10))
        #expect(heap.statistics.releasedInUseByteCount == 0)
        try run.discardContents()
        let buffer = run.leak()
        #expect(heap.statistics.releasedInUseByteCount == 0)
        try heap.adopt(buffer).release()
        #expect(heap.statistics.inUseByteCount == 0)
        heap.checkInvariants()
    }

    @Test func lazilyDiscardedPagesReadAsZero() throws {
        var configuration = PagedHeap.Configuration()
        configuration.releasesInBackground = false
        configuration.release = .lazy
        var run = try filled(try PagedHeap(configuration), pages: 20)
        try run.discardContents()
        run.withUnsafeBytes { bytes in #expect(bytes.allSatisfy { $0 == 0 }) }
    }
}
