import PageHeapCore
import PageHeapSimulation
import Testing

/// The malloc heap on a simulated system.
struct MallocHeapTests {
    @Test func blocksOfEverySizeAreAlignedAndApart() throws {
        let test = TestMalloc()
        var blocks: [(UInt, UInt)] = []
        for bytes in [0, 1, 15, 16, 17, 127, 128, 129, 1000, 1024, 4097, 8192, 16384, 32768, 32769, 100_000, 5 << 20]
            as [UInt]
        {
            let address = try #require(test.allocate(bytes))
            #expect(address % 16 == 0)
            #expect(test.malloc.usableBytes(address).rawValue >= max(bytes, 1))
            blocks.append((address, address + test.malloc.usableBytes(address).rawValue))
        }
        blocks.sort { $0.0 < $1.0 }
        for (lower, upper) in zip(blocks, blocks.dropFirst()) { #expect(lower.1 <= upper.0) }
    }

    @Test(arguments: [16, 32, 64, 512, 4096, 8192, 16384, 1 << 20, 1 << 30] as [UInt])
    func alignmentsUpToAGibibyteAreHonoured(_ alignment: UInt) throws {
        let test = TestMalloc()
        for bytes in [1, 100, 5000, 40_000] as [UInt] {
            let address = try #require(test.allocate(bytes, alignment: alignment))
            #expect(address % alignment == 0)
            #expect(test.malloc.usableBytes(address).rawValue >= bytes)
        }
        for address in test.live.keys.sorted() { test.free(address) }
        test.malloc.checkInvariants()
    }

    @Test func aRequestLargerThanTheAddressSpaceIsRefused() {
        let test = TestMalloc()
        #expect(test.allocate(1) != nil)
        let before = test.malloc.heap.figures().ledger.system
        for bytes in [UInt(1) << 46, UInt(1) << 62, UInt.max - 8192, UInt.max] {
            #expect(test.malloc.allocateSlowly(bytes) == nil)
        }
        #expect(test.malloc.heap.figures().ledger.system == before)
    }

    @Test func noPageIsInUseOnceAllBlocksAreFreed() throws {
        let test = TestMalloc()
        for bytes in 1...3000 as ClosedRange<UInt> { #expect(test.allocate(bytes % 700 * 13) != nil) }
        var generator = SeededGenerator(seed: TestRun.seed)
        for address in test.live.keys.sorted().shuffled(using: &generator) { test.free(address) }
        _ = test.malloc.releaseFreeMemory()
        #expect(test.malloc.heap.figures().ledger.inUse == 0, "seed \(TestRun.seed)")
        #expect(test.malloc.heap.figures().live == 0, "seed \(TestRun.seed)")
        #expect(test.system.residentBytes == 0, "seed \(TestRun.seed)")
        test.malloc.checkInvariants()
    }

    @Test(arguments: [false, true])
    func blocksOfEveryClassLeaveTheThreadCache(threadEnds: Bool) throws {
        let test = TestMalloc()
        for number in 1..<SizeClass.count {
            let bytes = SizeClass(UInt8(number)).blockBytes.rawValue
            for _ in 0..<4 { #expect(test.allocate(bytes) != nil) }
        }
        for address in test.live.keys.sorted() { test.free(address) }
        #expect(test.malloc.heap.figures().live >= SizeClass.largestBytes, "the cache holds blocks, large ones too")
        if threadEnds { test.malloc.threadExits() }
        _ = test.malloc.releaseFreeMemory()
        #expect(test.malloc.heap.figures().live == 0)
        #expect(test.malloc.heap.figures().ledger.inUse == 0)
        #expect(test.system.residentBytes == 0)
        test.malloc.checkInvariants()
    }

    @Test func aLargeBlockIsResizedInPlaceIfPossible() throws {
        let test = TestMalloc()
        let address = try #require(test.allocate(100_000))
        // Nothing lies behind it yet.
        #expect(test.malloc.reallocateInPlace(address, 900_000))
        let wall = try #require(test.allocate(50_000))
        #expect(wall > address)
        #expect(test.malloc.usableBytes(address).rawValue >= 900_000)
        #expect(!test.malloc.reallocateInPlace(address, 4_000_000))
        #expect(test.malloc.reallocateInPlace(address, 50_000))
        #expect(test.malloc.usableBytes(address).rawValue < 60_000)
        test.malloc.checkInvariants()
    }
}

extension MallocHeap {
    /// Whether a reallocation leaves the block where it is. Only for requests that copy nothing, because simulated
    /// memory cannot be copied.
    fileprivate func reallocateInPlace(_ address: UInt, _ bytes: UInt) -> Bool {
        resizeLarge(spans.entry(of: address).span, to: ByteCount(bytes))
    }
}
