import PageHeapCore
import PageHeapSimulation
import Testing

/// Which memory lies on huge pages, and how pieces of huge pages are released.
struct HugePageTests {
    private static let chunk = PageGeometry.chunkBytes.rawValue
    private static let half = chunk / 2

    private func heap(_ use: HugePageUse, unasked: Bool = false) throws -> TestPageHeap {
        var machine = SimulatedMachine(physicalPage: 4096, hugePage: ByteCount(2 << 20))
        machine.hugePagesComeUnasked = unasked
        var configuration = HeapConfiguration.original
        configuration.hugePages = use
        return try TestPageHeap(machine, configuration)
    }

    /// What the system was asked about huge pages, in order.
    private func calls(_ test: TestPageHeap) -> [SystemCall] {
        test.system.calls.filter {
            [.allowHugePages, .forbidHugePages, .splitHugePage].contains($0.kind)
        }
    }

    /// Such a heap, once large, asks for huge pages step by step.
    @Test func onlyAHeapConfiguredForItGrowsOnHugePages() throws {
        for (use, isAsked) in [(HugePageUse.growth, true), (.system, false), (.never, false)] {
            let test = try heap(use)
            // 512 MiB, a chunk at a time.
            let first = try test.use(512)
            for _ in 0..<127 { _ = try test.use(512) }
            let asked = calls(test)
            #expect(asked.isEmpty != isAsked)
            // From 256 MiB on, step by step without a gap.
            var end: UInt?
            for call in asked {
                guard case .allowHugePages(let address, let bytes, granted: true) = call else {
                    Issue.record("\(call)")
                    continue
                }
                #expect(address % Self.chunk == 0 && bytes % Self.chunk == 0 && address == end ?? address)
                end = address + bytes
            }
            if isAsked { #expect(try #require(end) - first >= 512 << 20) }
        }
    }

    /// The program may touch only a little of a large block.
    @Test func aLargeRequestDoesNotAskForHugePages() throws {
        let test = try heap(.growth)
        for _ in 0..<128 { _ = try test.use(512) }
        test.system.forget()
        _ = try test.use(512 * 100)
        #expect(calls(test) == [])
    }

    @Test func aHugePageIsSplitOnceBeforeItsFirstPieceIsReleased() throws {
        let test = try heap(.system, unasked: true)
        // A chunk all of whose pages are allocated one by one.
        let first = try test.use(512)
        let base = first
        #expect(base % Self.chunk == 0)
        test.heap.freePages(base, 512)
        let pages = try (0..<512).map { _ in try test.use(1) }
        #expect(pages[0] == base)
        func release(_ range: Range<Int>) {
            for page in range { test.heap.freePages(pages[page], 1) }
            _ = test.heap.releaseFreeMemory { 0 }
        }
        test.system.forget()
        release(300..<310)
        #expect(
            calls(test) == [
                .forbidHugePages(address: base, bytes: Self.chunk),
                .splitHugePage(address: base + 300 * 8192, bytes: 4096),
            ])
        test.system.forget()
        release(320..<330)
        #expect(calls(test) == [], "this huge page is split already")
        release(100..<110)
        #expect(calls(test) == [.splitHugePage(address: base + 100 * 8192, bytes: 4096)], "the chunk is closed")
    }

    /// Each chunk is closed to huge pages once, before it is split; each call adds at most two mappings.
    @Test(arguments: [1, 8])
    func aSparseHeapForbidsHugePagesRegionByRegion(gibibytes: UInt) throws {
        let test = try heap(.growth)
        let chunks = gibibytes * 256
        let runs = try (0..<chunks).map { _ in try test.use(512) }
        var generator = SeededGenerator(seed: TestRun.seed)
        let open = Set(
            calls(test).flatMap { call -> [UInt] in
                guard case .allowHugePages(let address, let bytes, granted: true) = call else { return [] }
                return Array(stride(from: address, to: address + bytes, by: UInt.Stride(Self.chunk)))
            })
        var closed: Set<UInt> = []
        var closings: UInt = 0
        for run in runs.shuffled(using: &generator) {
            test.heap.freePages(run + 80 * 8192, 3)
            test.system.forget()
            _ = test.heap.releaseFreeMemory { 0 }
            for call in calls(test) {
                switch call {
                case .forbidHugePages(let address, let bytes):
                    closings += 1
                    for chunk in stride(from: address, to: address + bytes, by: UInt.Stride(Self.chunk)) {
                        #expect(open.contains(chunk) && closed.insert(chunk).inserted)
                    }
                case .splitHugePage(let address, _): #expect(closed.contains(address & ~(Self.chunk - 1)))
                default: Issue.record("\(call)")
                }
            }
        }
        #expect(closed.isSuperset(of: open.intersection(runs)))
        #expect(closings <= min(chunks / 16, 2 * 64) + 2)
    }

    @Test func requestsOfAlternatingSizesMakeFewMappings() throws {
        let test = try heap(.growth)
        for _ in 0..<128 { _ = try test.use(512) }
        test.system.forget()
        for _ in 0..<100 {
            _ = try test.use(1024)
            _ = try test.use(100)
        }
        var changes = 0
        var end: UInt = 0
        for call in calls(test) {
            guard case .allowHugePages(let address, let bytes, granted: true) = call else { continue }
            if address != end { changes += 1 }
            end = address + bytes
        }
        // 0.9 GiB in regions of 64 MiB.
        #expect(changes <= 15)
    }

    @Test func wholeHugePagesAreReleasedWithoutSplitting() throws {
        let test = try heap(.system, unasked: true)
        let base = try test.use(512)
        let after = try test.use(512)
        test.heap.freePages(base, 512)
        test.heap.freePages(after + Self.half, 256)
        test.system.forget()
        #expect(test.heap.releaseFreeMemory { 0 }.released == ByteCount(Self.chunk + Self.half))
        #expect(calls(test) == [])
    }

    @Test func unwantedHugePagesAreForbiddenAtEachStep() throws {
        let test = try heap(.never, unasked: true)
        let base = try test.use(1)
        #expect(calls(test) == [.forbidHugePages(address: base, bytes: Self.chunk)])
        test.system.forget()
        test.heap.freePages(base, 1)
        _ = test.heap.releaseFreeMemory { 0 }
        #expect(calls(test) == [])
    }

    @Test func nothingIsSplitIfTheSystemRefusesHugePages() throws {
        let test = try heap(.growth)
        test.system.base.follow(FailurePlan(.allowHugePages, calls: 1...100, error: 22))
        let runs = try (0..<128).map { _ in try test.use(512) }
        #expect(!calls(test).isEmpty)
        test.system.forget()
        for run in runs { test.heap.freePages(run + 8192, 100) }
        #expect(test.heap.releaseFreeMemory { 0 }.released == PageCount(12_800).bytes)
        #expect(calls(test) == [])
    }
}
