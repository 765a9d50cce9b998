import PageHeapCore
import PageHeapSimulation
import Testing

/// The arena, in which metadata of the heap lies together.
struct MetadataArenaTests {
    private typealias System = FailingOperatingSystem<SimulatedOperatingSystem>

    /// Allocates until the arena has several pieces, while the system refuses a request now and then.
    private static func fill(
        _ arena: inout MetadataArena, _ system: System, _ generator: inout SeededGenerator
    ) -> [Range<UInt>] {
        var taken: [Range<UInt>] = []
        for round in 0..<400 {
            let bytes = ByteCount(UInt.random(in: 1...100_000, using: &generator))
            let alignment = ByteCount(1 << UInt.random(in: 0...12, using: &generator))
            if round % 7 == 3 { system.follow(FailurePlan(requests: 1...Int.random(in: 1...3, using: &generator))) }
            let memory = arena.allocate(bytes, alignment: alignment, using: system)
            system.follow(FailurePlan())
            guard let memory else { continue }
            let start = UInt(bitPattern: memory)
            #expect(start.isMultiple(of: alignment.rawValue))
            let isZero = (0..<Int(bytes.rawValue)).allSatisfy { memory.load(fromByteOffset: $0, as: UInt8.self) == 0 }
            #expect(isZero)
            memory.initializeMemory(as: UInt8.self, repeating: 0xa5, count: Int(bytes.rawValue))
            taken.append(start..<(start + bytes.rawValue))
        }
        return taken
    }

    private static func expectDisjoint(_ ranges: [Range<UInt>]) {
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        for (low, high) in zip(sorted, sorted.dropFirst()) {
            #expect(low.upperBound <= high.lowerBound, "seed \(TestRun.seed)")
        }
    }

    @Test func allocationsAreZeroedAlignedAndDisjoint() throws {
        let system = System(SimulatedOperatingSystem())
        var generator = SeededGenerator(seed: TestRun.seed)
        var arena = MetadataArena()
        let taken = Self.fill(&arena, system, &generator)
        #expect(taken.count > 300)
        Self.expectDisjoint(taken)
        arena.cancel(using: system)
        #expect(system.base.metadataReservedBytes == 0)
    }

    @Test(arguments: [ByteCount(1), ByteCount(5 << 16)])
    func anArenaContinuesWhenItsFirstPieceIsUsedUp(bytes: ByteCount) throws {
        let system = System(SimulatedOperatingSystem())
        guard var arena = MetadataArena(bytes: bytes, using: system) else { throw TestHeap.Refused() }
        var generator = SeededGenerator(seed: TestRun.seed)
        Self.expectDisjoint(Self.fill(&arena, system, &generator))
        arena.cancel(using: system)
        #expect(system.base.metadataReservedBytes == 0)
    }

    @Test func lentMemoryIsUsedFirstAndNotReturned() throws {
        let system = System(SimulatedOperatingSystem())
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 10_000, alignment: 64)
        defer { memory.deallocate() }
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        let lent = try #require(memory.baseAddress)
        var arena = MetadataArena()
        arena.begin(with: lent, 10_000)
        let places = [9000, 2000].map { arena.allocate(ByteCount($0), alignment: 64, using: system) }
        let first = try #require(places[0])
        let second = try #require(places[1])
        #expect(first >= lent && first + 9000 <= lent + 10_000)
        #expect(second + 2000 <= lent || second >= lent + 10_000)
        arena.cancel(using: system)
        memory.initializeMemory(as: UInt8.self, repeating: 1)
        #expect(system.base.metadataReservedBytes == 0)
    }

    @Test(arguments: [SystemCallKind.reserveMetadata, .makeMetadataAccessible])
    func aRefusedFirstPieceLeavesNothing(kind: SystemCallKind) {
        let system = System(SimulatedOperatingSystem(), FailurePlan(kind, call: 1))
        let isThere = MetadataArena(bytes: ByteCount(1 << 16), using: system) != nil
        #expect(!isThere && system.base.metadataReservedBytes == 0)
    }
}
