import PageHeapCore
import PageHeapSimulation
import TestSupport
import Testing

/// A malloc heap at hardening level 2, with real memory.
@Suite(.serialized)
struct HardenedMallocTests {
    /// A block that the model has, and the byte that fills it.
    private struct Block {
        let address: UInt
        let bytes: UInt
        let fill: UInt8
    }

    private static func bytes(_ address: UInt, _ count: UInt) throws -> UnsafeMutableBufferPointer<UInt8> {
        let start: UnsafeMutablePointer<UInt8> = try #require(UnsafeMutablePointer(bitPattern: address))
        return UnsafeMutableBufferPointer(start: start, count: Int(count))
    }

    private static func size(_ random: inout SeededGenerator) -> UInt {
        switch random.next() % 100 {
        case 0..<80: UInt(random.next() % 1024)
        case 80..<95: UInt(random.next() % 66_000)
        case 95..<99: UInt(random.next() % 400_000)
        default: UInt(random.next() % 3_000_000)
        }
    }

    /// Whatever the program does, its blocks keep their contents, do not overlap, are aligned, and read as zero when they
    /// come: small ones because that is what the level promises, others if they were asked for so.
    @Test(arguments: 0..<6)
    func blocksKeepTheirContentsAndComeClear(number: UInt64) throws {
        let seed = TestRun.seed &* 1000 &+ number
        var random = SeededGenerator(seed: seed)
        let test = try RealMalloc(hardening: .full, guardInterval: [0, 1, 7][Int(number % 3)])
        try #require(test.malloc.isHardened)
        test.malloc.seedRandom(seed)
        var live: [Block] = []
        var held = 0
        func check(_ block: Block) throws {
            let whole = try Self.bytes(block.address, block.bytes).allSatisfy { $0 == block.fill }
            try #require(whole, "seed \(seed): a block of \(block.bytes) bytes has changed")
        }
        func take(_ pointer: UnsafeMutableRawPointer?, _ bytes: UInt, isClear: Bool, alignment: UInt = 16) throws {
            let address = try place(pointer)
            #expect(address % alignment == 0, "seed \(seed): \(bytes) bytes")
            let usable = test.malloc.usableBytes(address).rawValue
            #expect(usable >= bytes)
            let contents = try Self.bytes(address, isClear && bytes <= SizeClass.largestBytes.rawValue ? usable : bytes)
            if isClear { #expect(contents.allSatisfy { $0 == 0 }, "seed \(seed): \(bytes) bytes are not clear") }
            let fill = UInt8(truncatingIfNeeded: random.next() | 1)
            contents.update(repeating: fill)
            live.append(Block(address: address, bytes: UInt(contents.count), fill: fill))
            held += contents.count
        }
        for _ in 0..<TestRun.operations(6000) {
            let bytes = Self.size(&random)
            if live.isEmpty || random.next() % 2 == 0 && held < 64 << 20 {
                switch random.next() % 4 {
                case 0:
                    let alignment = UInt(16) << UInt(random.next() % 10)
                    try take(
                        test.malloc.allocateAligned(bytes, alignment: alignment), bytes,
                        isClear: bytes <= 1024 && alignment <= 64, alignment: alignment)
                case 1: try take(test.malloc.allocateZeroed(bytes), bytes, isClear: true)
                default:
                    try take(test.malloc.allocate(bytes), bytes, isClear: bytes <= SizeClass.largestBytes.rawValue)
                }
                continue
            }
            let block = live.remove(at: Int(random.next() % UInt64(live.count)))
            held -= Int(block.bytes)
            try check(block)
            if random.next() % 4 != 0 || bytes == 0 {
                test.malloc.free(block.address)
                continue
            }
            let address = try place(test.malloc.reallocate(block.address, bytes))
            try check(Block(address: address, bytes: min(block.bytes, bytes), fill: block.fill))
            try Self.bytes(address, bytes).update(repeating: block.fill)
            live.append(Block(address: address, bytes: bytes, fill: block.fill))
            held += Int(bytes)
        }
        let ordered = live.sorted { $0.address < $1.address }
        for (lower, upper) in zip(ordered, ordered.dropFirst()) {
            #expect(lower.address + lower.bytes <= upper.address, "seed \(seed): blocks overlap")
        }
        for block in live {
            try check(block)
            test.malloc.free(block.address)
        }
    }

    @Test func freedBlocksAreFilledAndNotReusedAtOnce() throws {
        let test = try RealMalloc(hardening: .full, guardInterval: 0)
        let address = try place(test.malloc.allocate(64))
        test.malloc.free(address)
        #expect(try Self.bytes(address, 64).allSatisfy { $0 == 0xDB })
        let others = try (0..<100).map { _ in try place(test.malloc.allocate(64)) }
        #expect(!others.contains(address), "it is still in the quarantine")
    }

    /// Below level 2, a new span's blocks come in the order of their addresses.
    @Test func blocksComeInRandomOrder() throws {
        var orders: Set<[UInt]> = []
        for seed in 1...3 as ClosedRange<UInt64> {
            let test = try RealMalloc(hardening: .full, guardInterval: 0)
            test.malloc.seedRandom(seed)
            let blocks = try (0..<32).map { _ in try place(test.malloc.allocate(64)) }
            #expect(Set(blocks).count == 32)
            #expect(blocks != blocks.sorted(), "seed \(seed)")
            let least = blocks.min() ?? 0
            orders.insert(blocks.map { $0 - least })
        }
        #expect(orders.count == 3)
    }

    /// A large block gives its memory back when it is freed, also while its address is in quarantine.
    @Test func freedLargeBlocksHaveNoMemory() throws {
        let test = try RealMalloc(hardening: .full, guardInterval: 0)
        let system = HostOperatingSystem()
        for bytes: UInt in [200_000, 5_000_000] {
            let address = try place(test.malloc.allocate(bytes))
            try Self.bytes(address, bytes).update(repeating: 1)
            test.malloc.free(address)
            var pages = [UInt8](repeating: 1, count: Int(bytes / system.physicalPageBytes.rawValue))
            let count = UInt(pages.count)
            let isKnown = pages.withUnsafeMutableBufferPointer {
                system.findResidentPages(address, system.physicalPageBytes * count, in: $0.baseAddress!)
            }
            #expect(isKnown && pages.allSatisfy { $0 & 1 == 0 }, "\(bytes) bytes")
        }
    }
}
