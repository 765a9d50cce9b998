import PageHeapCore
import PageHeapSimulation
import Testing

/// A random program on a whole heap of pages, on a simulated machine: pages are touched as a program would touch them,
/// the worker's cycles run in virtual time, and what is resident is compared with the books.
final class HeapProgram {
    private let test: TestPageHeap
    private let heap: Heap<TestHeap.System>
    private let physicalPage: UInt
    private var generator: SeededGenerator
    private var cycle = DemandCycle(now: 0)
    /// Pages in use, and the runs in which the heap returned them.
    private var used = PageRuns()
    private var live: [Range<Int>] = []
    /// The runs whose contents were discarded and not written to since.
    private var discarded: Set<Range<Int>> = []

    /// A fault that a correct heap does not have.
    struct Failure: Error, CustomStringConvertible { let description: String }

    init(
        _ machine: SimulatedMachine, seed: UInt64, _ configuration: HeapConfiguration = HeapConfiguration.original
    ) throws {
        test = try TestPageHeap(machine, configuration)
        heap = test.heap
        physicalPage = machine.physicalPage.rawValue
        generator = SeededGenerator(seed: seed)
    }

    private func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    private func require(_ condition: Bool, _ text: @autoclosure () -> String) throws {
        if !condition { throw Failure(description: text()) }
    }

    /// Performs a random step.
    func step() throws {
        switch number(0...99) {
        case 0..<45: try allocate()
        case 45..<50: try extend()
        case 50..<55: try discardOrTouch()
        case 55..<90: if !live.isEmpty { try free(number(0...(live.count - 1))) }
        case 90..<97: runCycle()
        case 97: _ = heap.releaseFreeMemory { 0 }
        default:
            // Most runs are freed at once, as after a spike of demand.
            while live.count > 10 { try free(number(0...(live.count - 1))) }
        }
    }

    private func allocate() throws {
        let count = number(0...9) < 7 ? number(1...20) : number(1...900)
        let alignment = number(0...4) == 0 ? 1 << number(1...10) : 1
        let got = heap.allocatePages(
            PageCount(UInt(count)), alignment: PageCount(UInt(alignment)), shard: number(0...3))
        guard let got else { throw Failure(description: "\(count) pages were refused") }
        let page = Int(got.address >> 13)
        try require(page % alignment == 0, "\(count) pages are not aligned to \(alignment)")
        try take(page..<(page + count))
    }

    private func extend() throws {
        guard !live.isEmpty else { return }
        let index = number(0...(live.count - 1))
        let more = number(1...40)
        let end = live[index].upperBound
        if number(0...1) == 0 {
            guard heap.extend(at: UInt(end) << 13, by: PageCount(UInt(more))) else { return }
        } else {
            guard heap.growInPlace(at: UInt(end) << 13, by: PageCount(UInt(more))) != nil else { return }
        }
        try take(end..<(end + more))
    }

    /// Discards the contents of a run, or writes to it if they have been discarded.
    private func discardOrTouch() throws {
        guard !live.isEmpty else { return }
        let run = live[number(0...(live.count - 1))]
        let (address, count) = (UInt(run.lowerBound) << 13, PageCount(UInt(run.count)))
        if discarded.remove(run) != nil {
            heap.noteTouched(discarded: address, count)
            _ = touch(run)
        } else {
            try require(heap.discard(address, count) == 0, "a discard was refused")
            discarded.insert(run)
        }
    }

    private func take(_ pages: Range<Int>) throws {
        try require(used.count(in: pages) == 0, "pages \(pages) were in use")
        used.insert(pages)
        live.append(pages)
        _ = touch(pages)
    }

    private func touch(_ pages: Range<Int>) -> Int {
        test.simulated.touch(UInt(pages.lowerBound) << 13, PageCount(UInt(pages.count)).bytes)
    }

    /// Frees a run, or a part of it at either end.
    private func free(_ index: Int) throws {
        var pages = live.remove(at: index)
        if discarded.remove(pages) != nil {
            used.remove(pages)
            let (address, count) = (UInt(pages.lowerBound) << 13, PageCount(UInt(pages.count)))
            try require(
                heap.freeRun(address, count, isDiscarded: true) == .freed, "pages \(pages) in use could not be freed")
            return
        }
        if pages.count > 1 && number(0...3) == 0 {
            let cut = pages.lowerBound + number(1...(pages.count - 1))
            let keepsLow = number(0...1) == 0
            live.append(keepsLow ? pages.lowerBound..<cut : cut..<pages.upperBound)
            pages = keepsLow ? cut..<pages.upperBound : pages.lowerBound..<cut
        }
        used.remove(pages)
        heap.freePages(UInt(pages.lowerBound) << 13, PageCount(UInt(pages.count)))
    }

    /// Ends a cycle of the worker, and releases what is above the goal.
    private func runCycle() {
        test.simulated.advance(nanoseconds: Tunables.cycleNanoseconds)
        _ = heap.endCycle(&cycle, NoPageUser())
        let figures = heap.figures()
        guard figures.goal < figures.ledger.retained else { return }
        let wanted = figures.ledger.retained - figures.goal
        let released = heap.search.scavenge(wanted, .background, using: test.system)
        cycle.note(released: released, isExhausted: released < wanted)
    }

    /// Checks everything: the books against bitmaps and caches, and against the program's own records.
    func check() throws {
        heap.checkInvariants()
        for run in live where !discarded.contains(run) {
            try require(touch(run) == 0, "pages \(run) in use have lost memory")
        }
        let violations = test.simulated.violations
        try require(violations.isEmpty, "\(violations)")
        let ledger = heap.figures().ledger
        try require(ledger.inUse == PageCount(UInt(used.count)).bytes, "bytes in use are wrong")
        // A physical page stays resident if one of its pages was not released; it may be larger than that page.
        let most = ledger.retained.rawValue / PageGeometry.pageBytes.rawValue * max(physicalPage, 8192)
        try require(test.simulated.residentBytes.rawValue <= most, "more is resident than the books say")
    }

    /// Frees everything and releases it. If pages are not smaller than physical ones, nothing is resident then.
    func finish() throws {
        while !live.isEmpty { try free(0) }
        _ = heap.releaseFreeMemory { 0 }
        try check()
        let ledger = heap.figures().ledger
        try require(ledger.inUse == 0 && ledger.cached == 0, "something is in use")
        if physicalPage <= 8192 {
            try require(test.simulated.residentBytes == 0 && ledger.retained == 0, "something is left")
        }
    }

    /// The addresses of the pages in use.
    var inUse: [Range<UInt>] { used.runs.map { UInt($0.lowerBound) << 13..<UInt($0.upperBound) << 13 } }

    /// Bytes released so far; more than 0 if the program exercised the scavenger at all.
    var releasedBytes: ByteCount {
        let ledger = heap.figures().ledger
        return ledger.releasedInBackgroundTotal + ledger.releasedForcedTotal + ledger.releasedAtGrowthTotal
    }

    /// The ranges whose release was asked of the system.
    var releases: [Range<UInt>] {
        test.system.calls(.release).compactMap { call in
            if case .release(let address, let bytes, _, _) = call { address..<(address + bytes) } else { nil }
        }
    }
}
