import PageHeapCore
import PageHeapSimulation
import TestSupport
import Testing

/// Compares a set of ranges with a set of single addresses.
struct AddressRangesTests {
    private static let space: UInt = 600

    /// Makes an empty set; `#require` cannot return a noncopyable value.
    private static func emptySet(_ system: SimulatedOperatingSystem) throws -> AddressRanges {
        guard let ranges = AddressRanges(using: system) else { throw TestHeap.Refused() }
        return ranges
    }

    /// In an arena, the first 32 ranges lie elsewhere than the rest.
    @Test(arguments: [false, true])
    func rangesAgreeWithASetOfAddresses(isInArena: Bool) throws {
        let system = SimulatedOperatingSystem()
        var generator = SeededGenerator(seed: TestRun.seed)
        var most = 0
        for round in 0..<20 {
            var arena = MetadataArena()
            defer { arena.cancel(using: system) }
            guard
                var ranges = isInArena
                    ? AddressRanges(in: &arena, using: system) : AddressRanges(using: system)
            else { throw TestHeap.Refused() }
            var copied = try Self.emptySet(system)
            var model: Set<UInt> = []
            for _ in 0..<150 {
                Self.change(&ranges, &model, system, &generator)
                most = max(most, ranges.count)
                ranges.checkInvariants()
                let wrong = Self.firstDifference(ranges, model)
                #expect(wrong == nil, "round \(round), seed \(TestRun.seed), address \(wrong ?? 0)")
                #expect(ranges.totalBytes.rawValue == UInt(model.count))
            }
            let taken = copied.copy(from: ranges, using: system)
            #expect(taken != nil)
            #expect(Self.firstDifference(copied, model) == nil)
            ranges.cancel(using: system)
            copied.cancel(using: system)
        }
        #expect(most > Tunables.addressRangesInArena)
        #expect(system.metadataReservedBytes == 0)
    }

    private static func change(
        _ ranges: inout AddressRanges, _ model: inout Set<UInt>, _ system: SimulatedOperatingSystem,
        _ generator: inout SeededGenerator
    ) {
        let first = UInt.random(in: 0..<space, using: &generator)
        let count = UInt.random(in: 0...6, using: &generator)
        switch UInt.random(in: 0..<10, using: &generator) {
        case 0:
            let highest = model.max() ?? 0
            let taken = ranges.removeLast(ByteCount(count))
            // The last range reaches down from the highest address.
            var expected: Set<UInt> = []
            var address = highest
            while expected.count < count && model.contains(address) {
                expected.insert(address)
                if address == 0 { break }
                address -= 1
            }
            #expect(taken.isEmpty == expected.isEmpty)
            #expect(Set(taken.base.rawValue..<max(taken.base, taken.limit).rawValue) == expected)
            model.subtract(expected)
        case 1:
            ranges.remove(notBelow: OffsetAddress(first))
            model = model.filter { $0 < first }
        default:
            let added = Set(first..<(first + count))
            guard added.isDisjoint(with: model), ranges.reserveOneMore(using: system) != nil else { return }
            ranges.add(AddressRange(base: OffsetAddress(first), limit: OffsetAddress(first + count)))
            model.formUnion(added)
        }
    }

    /// The first address on which the two disagree, or nil.
    private static func firstDifference(_ ranges: borrowing AddressRanges, _ model: Set<UInt>) -> UInt? {
        for address in 0..<(space + 14) {
            let place = OffsetAddress(address)
            if ranges.contains(place) != model.contains(address) { return address }
            let next = model.filter { $0 >= address }.min()
            if ranges.first(notBelow: place)?.rawValue != next { return address }
            let after = ranges.successor(of: place)
            if after < ranges.count && ranges[after].base <= place { return address }
            if after > 0 && ranges[after - 1].base > place { return address }
        }
        return nil
    }

    @Test func removingNothingReturnsAnEmptyRangeAtTheLimit() throws {
        let system = SimulatedOperatingSystem()
        var ranges = try Self.emptySet(system)
        let nothing = ranges.removeLast(5)
        let room = ranges.reserveOneMore(using: system)
        ranges.add(AddressRange(base: 10, limit: 20))
        let atTheLimit = ranges.removeLast(0)
        #expect(nothing == .empty && room != nil)
        #expect(atTheLimit == AddressRange(base: 20, limit: 20) && ranges.totalBytes == 10)
        ranges.cancel(using: system)
    }

    @Test func anOverlapStopsTheProgram() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let system = SimulatedOperatingSystem()
            guard var ranges = AddressRanges(using: system), ranges.reserveOneMore(using: system) != nil else { return }
            ranges.add(AddressRange(base: 10, limit: 20))
            ranges.add(AddressRange(base: 19, limit: 30))
        }
        let errors = lines(of: result.standardErrorContent)
        #expect(errors.contains("pageheap: an address range overlaps another one: 0x13"))
    }
}
