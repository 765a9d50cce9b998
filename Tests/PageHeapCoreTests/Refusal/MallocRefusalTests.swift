import PageHeapCore
import PageHeapSimulation
import Testing

/// The system refuses memory to a malloc heap.
struct MallocRefusalTests {
    /// Bytes and alignment of requests: small, with spans that have to be aligned, and large; those that the address
    /// space has room for.
    static let requests: [[UInt]] = {
        let requests: [[UInt]] = [
            [1, 16], [100, 16], [32_768, 16], [100, 4096], [40_000, 16], [5 << 20, 16], [9, 1 << 30],
        ]
        return requests.filter { ByteCount($0[0] + $0[1]) <= PageGeometry.row.largestRequest }
    }()

    @Test(arguments: requests)
    func aRefusedFirstAllocationChangesNothing(request: [UInt]) throws {
        let sweep = RefusalSweep(of: TestRefusableMalloc.init) { $0.allocate(request[0], request[1]) }
        #expect(try sweep.run("\(request)") > 0)
    }

    @Test(arguments: requests)
    func aRefusedLaterAllocationChangesNothing(request: [UInt]) throws {
        func make() throws -> TestRefusableMalloc {
            let malloc = try TestRefusableMalloc()
            try #require(malloc.allocate(500, 16) != nil)
            // What is left of the accessible memory is too small for the large requests.
            try #require(malloc.allocate(500 << 13, 16) != nil)
            return malloc
        }
        let refusals = try RefusalSweep(of: make) { $0.allocate(request[0], request[1]) }.run("\(request)")
        let fits = request[0] <= 40_000 && request[1] <= 4096
        #expect(fits || refusals > 0, "\(request)")
    }

    @Test(arguments: requests)
    func aRefusedShardChangesNothing(request: [UInt]) throws {
        func make() throws -> TestRefusableMalloc {
            let malloc = try TestRefusableMalloc()
            try #require(malloc.allocate(500, 16) != nil)
            malloc.malloc.useShards()
            malloc.system.base.base.setCurrentProcessor(5)
            return malloc
        }
        _ = try RefusalSweep(of: make) { $0.allocate(request[0], request[1]) }.run("\(request)")
    }

    /// Without memory for a shard of its own, a thread works on the first.
    @Test func aThreadDoesWithoutAShard() throws {
        let test = try TestRefusableMalloc()
        let block = try #require(test.allocate(500, 16))
        test.malloc.useShards()
        test.system.base.base.setCurrentProcessor(5)
        test.system.base.follow(FailurePlan(requests: 1...Int.max))
        for _ in 0..<5000 { _ = test.allocate(200, 16) }
        test.malloc.free(block)
        #expect(test.malloc.shardCount == 1)
        test.system.base.follow(FailurePlan())
        // The system is not asked again at once.
        for _ in 0..<5000 { #expect(test.allocate(200, 16) != nil) }
        #expect(test.malloc.shardCount == 1)
        test.system.base.base.advance(nanoseconds: Tunables.shardRetryNanoseconds)
        for _ in 0..<5000 { #expect(test.allocate(200, 16) != nil) }
        #expect(test.malloc.shardCount == 2)
        test.malloc.checkInvariants()
    }

    @Test func aRefusedStartLeavesNothingBehind() throws {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: MemoryLayout<TestRefusableMalloc.State>.size, alignment: 64)
        defer { memory.deallocate() }
        func start(_ plan: FailurePlan) -> (started: Bool, calls: Int) {
            let simulated = SimulatedOperatingSystem()
            let system = RecordingOperatingSystem(FailingOperatingSystem(simulated, plan))
            let malloc = TestRefusableMalloc.start(in: memory, system)
            let calls = system.calls.count { $0.kind.asksForMemory }
            malloc?.shutDown()
            #expect(simulated.reservedBytes == 0 && simulated.metadataReservedBytes == 0, "\(plan)")
            return (malloc != nil, calls)
        }
        let (starts, calls) = start(FailurePlan())
        try #require(starts)
        for call in 1...calls {
            _ = start(FailurePlan(requests: call...call))
            #expect(!start(FailurePlan(requests: call...Int.max)).started, "call \(call) and all others")
        }
    }
}
