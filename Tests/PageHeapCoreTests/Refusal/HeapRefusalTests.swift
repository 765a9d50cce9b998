import PageHeapCore
import PageHeapSimulation
import Testing

/// The system refuses memory to a heap of pages.
struct HeapRefusalTests {
    /// Pages and alignment of requests: from page caches and past them, within a chunk and over several, over the edge
    /// of a block of the chunk map (32 GiB); those that the address space has room for.
    static let requests: [[UInt]] = {
        let requests: [[UInt]] = [
            [1, 1], [15, 1], [16, 1], [600, 1], [20_000, 1], [3, 512], [1, 1 << 17], [5_000_000, 1],
        ]
        return requests.filter { PageCount($0[0] + $0[1]).bytes <= PageGeometry.row.largestRequest }
    }()

    @Test(arguments: requests, [false, true])
    func aRefusedFirstGrowthChangesNothing(request: [UInt], keepsSpans: Bool) throws {
        func empty() throws -> TestPageHeap { try TestPageHeap(keepsSpans: keepsSpans) }
        let sweep = RefusalSweep(of: empty) {
            $0.allocate(request[0], alignment: request[1])
        }
        #expect(try sweep.run("\(request)") > 0)
    }

    @Test(arguments: requests, [false, true])
    func aRefusedLaterGrowthChangesNothing(request: [UInt], keepsSpans: Bool) throws {
        func make() throws -> TestPageHeap {
            let heap = try TestPageHeap(keepsSpans: keepsSpans)
            // Nearly to the end of what is accessible, with a few holes.
            for pages in [8100, 3, 60, 16] as [UInt] {
                let address = try #require(heap.allocate(pages))
                heap.simulated.touch(address, PageCount(pages).bytes)
                if pages == 60 { heap.heap.freePages(address, 60) }
            }
            return heap
        }
        let refusals = try RefusalSweep(of: make) { $0.allocate(request[0], alignment: request[1]) }.run("\(request)")
        // A hole of 60 pages is accessible.
        let fits = request[0] <= 60 && request[1] == 1
        #expect(fits || refusals > 0, "\(request)")
    }

    /// The first reservation is full: another one has to be made.
    @Test(arguments: [false, true], [false, true])
    func aRefusedFurtherReservationChangesNothing(keepsSpans: Bool, isLimited: Bool) throws {
        var machine = SimulatedMachine()
        machine.addressSpace = ByteCount(96 << 20)
        machine.isAddressSpaceLimited = isLimited
        func make() throws -> TestPageHeap {
            let heap = try TestPageHeap(machine, keepsSpans: keepsSpans)
            let size = heap.simulated.reservedBytes
            try #require(heap.allocate(size.pagesRoundedUp.rawValue) != nil)
            return heap
        }
        let sweep = RefusalSweep(of: make) { $0.allocate(3000) }
        #expect(try sweep.run("a further reservation") > 0)
    }

    /// Extending a run into the pages that follow it asks the system for no memory.
    @Test func extensionAsksTheSystemForNothing() throws {
        let heap = try TestPageHeap()
        let address = try #require(heap.allocate(100))
        heap.system.forget()
        heap.system.base.follow(FailurePlan(requests: 1...Int.max))
        #expect(heap.heap.extend(at: address + 100 * 8192, by: 300))
        #expect(!heap.heap.extend(at: address + 400 * 8192, by: 300), "beyond what has been grown")
        #expect(heap.system.calls.allSatisfy { $0.kind == .noteUse })
        heap.checkInvariants()
    }

    @Test(arguments: [false, true], [false, true])
    func aRefusedStartLeavesNothingBehind(keepsSpans: Bool, isLimited: Bool) throws {
        var machine = SimulatedMachine()
        machine.isAddressSpaceLimited = isLimited
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<TestPageHeap.State>.size, alignment: 64)
        defer { memory.deallocate() }
        func start(_ plan: FailurePlan) -> (started: Bool, calls: Int) {
            let simulated = SimulatedOperatingSystem(machine)
            let system = RecordingOperatingSystem(FailingOperatingSystem(simulated, plan))
            let heap = TestPageHeap.Layers(in: memory, system, keepsSpans: keepsSpans)
            let calls = system.calls.count { $0.kind.asksForMemory }
            heap?.shutDown()
            #expect(simulated.reservedBytes == 0, "\(plan)")
            #expect(simulated.metadataReservedBytes == 0, "\(plan)")
            #expect(simulated.violations == [], "\(plan)")
            return (heap != nil, calls)
        }
        let (starts, calls) = start(FailurePlan())
        try #require(starts)
        var refusals = 0
        for call in 1...calls {
            if !start(FailurePlan(requests: call...call)).started { refusals += 1 }
            #expect(!start(FailurePlan(requests: call...Int.max)).started, "call \(call) and all others")
        }
        #expect(refusals > 0, "one refusal is enough if there is no other way")
    }
}
