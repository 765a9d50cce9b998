import PageHeapCore
import PageHeapSimulation
import Testing

/// Heaps whose offset addresses are not the process's: the heap does the same wherever it lies.
struct ArenaBaseOffsetTests {
    /// An offset, and the lowest process address of the heap.
    struct Place: Sendable, CustomTestStringConvertible {
        var offset: UInt
        var first: UInt

        var testDescription: String { "offset 0x\(String(offset, radix: 16)), heap at 0x\(String(first, radix: 16))" }
    }

    /// The original's offset on x86-64: address 0 is in the middle of the managed space, and the addresses that are
    /// negative numbers come before it.
    private static let original: UInt = 0xffff_8000_0000_0000
    private static let usual = SimulatedMachine().firstAddress

    private static let places: [Place] = {
        let places = [
            Place(offset: 0, first: usual), Place(offset: 1 << 39, first: 1 << 39),
            Place(offset: 1 << 39, first: 1 << 39 + usual), Place(offset: original, first: original),
            Place(offset: original, first: original + usual), Place(offset: original, first: usual),
        ]
        // A small address space has not all of them.
        return places.filter { $0.first &- $0.offset < OffsetAddress.maximum.rawValue / 4 * 3 }
    }()

    private static func machine(_ place: Place) -> SimulatedMachine {
        var machine = SimulatedMachine(physicalPage: 4096, hugePage: ByteCount(2 << 20))
        machine.firstAddress = place.first
        return machine
    }

    private static func configuration(_ place: Place) -> HeapConfiguration {
        var configuration = HeapConfiguration.original
        configuration.arenaBaseOffset = place.offset
        configuration.hugePages = .growth
        return configuration
    }

    /// What a random program has in use at its end, and what it released, told from the heap's first address.
    private struct Result: Equatable {
        var inUse: [Range<UInt>] = []
        var released: [Range<UInt>] = []
    }

    private static func runPages(_ place: Place) throws -> Result {
        let program = try HeapProgram(machine(place), seed: TestRun.seed, configuration(place))
        for _ in 0..<600 { try program.step() }
        try program.check()
        func told(_ ranges: [Range<UInt>]) -> [Range<UInt>] {
            ranges.map { ($0.lowerBound - place.first)..<($0.upperBound - place.first) }
        }
        return Result(inUse: told(program.inUse), released: told(program.releases))
    }

    @Test(arguments: places)
    func aHeapOfPagesWorksTheSameEverywhere(place: Place) throws {
        let result = try Self.runPages(place)
        #expect(!result.inUse.isEmpty && !result.released.isEmpty)
        #expect(try result == Self.runPages(Self.places[0]))
    }

    @Test(arguments: places, [false, true])
    func aMallocHeapWorksEverywhere(place: Place, checksFrees: Bool) throws {
        let test = TestMalloc(
            Self.machine(place), Self.configuration(place), hardening: checksFrees ? .checksFrees : .unhardened)
        var generator = SeededGenerator(seed: TestRun.seed)
        for _ in 0..<800 {
            let doubling = UInt.random(in: 0..<20, using: &generator)
            let bytes = UInt.random(in: (1 << doubling)...(2 << doubling), using: &generator)
            let address = try #require(test.allocate(bytes))
            #expect(test.malloc.owns(address) && address >= place.first)
        }
        for address in test.live.keys.sorted() where UInt.random(in: 0..<10, using: &generator) < 8 {
            test.free(address)
        }
        #expect(test.malloc.releaseFreeMemory().returned > 0)
        #expect(test.damagedBlocks == 0 && test.system.violations == [])
        test.malloc.checkInvariants()
    }

    @Test func memoryOutsideTheManagedAddressSpaceIsRefused() throws {
        var machine = SimulatedMachine()
        machine.firstAddress = OffsetAddress.maximum.rawValue + 1
        let test = try TestPageHeap(machine)
        #expect(test.allocate(1) == nil)
        var configuration = HeapConfiguration.original
        configuration.arenaBaseOffset = machine.firstAddress
        #expect(try TestPageHeap(machine, configuration).allocate(1) == machine.firstAddress)
    }
}
