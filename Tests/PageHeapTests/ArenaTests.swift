import TestSupport
import Testing

@testable import PageHeap

struct ArenaTests {
    private struct Node: BitwiseCopyable {
        var value: Int
        var next: Arena.Slot<Node>?
    }

    @Test func piecesAreAlignedDisjointAndKeepTheirContents() throws {
        var arena = Arena(heap: try PagedHeap.quiet())
        var end: UInt = 0
        var pieces: [UnsafeMutableRawBufferPointer] = []
        for turn in 0..<3000 {
            let alignment = 1 << (turn % 8)
            let piece = try arena.allocate(byteCount: turn % 300, alignment: alignment)
            #expect(piece.count == turn % 300 && UInt(bitPattern: piece.baseAddress) % UInt(alignment) == 0)
            _ = piece.initializeMemory(as: UInt8.self, repeating: UInt8(turn % 251))
            pieces.append(piece)
            end += UInt(piece.count)
        }
        for (turn, piece) in pieces.enumerated() { #expect(piece.allSatisfy { $0 == UInt8(turn % 251) }) }
        #expect(arena.capacityByteCount >= Int(end))
        let ranges = pieces.filter { !$0.isEmpty }.map { UInt(bitPattern: $0.baseAddress) }.sorted()
        #expect(Set(ranges).count == ranges.count)
    }

    /// A large piece gets a run that holds it.
    @Test func runsDoubleFrom64KiBTo2MiB() throws {
        let heap = try PagedHeap.quiet()
        var arena = Arena(heap: heap)
        #expect(arena.capacityByteCount == 0)
        var sizes: [Int] = []
        for _ in 0..<8 {
            let before = arena.capacityByteCount
            while arena.capacityByteCount == before { _ = try arena.allocate(byteCount: 8192) }
            sizes.append((arena.capacityByteCount - before) >> 10)
        }
        #expect(sizes == [64, 128, 256, 512, 1024, 2048, 2048, 2048])
        let piece = try arena.allocate(byteCount: 5 << 20)
        #expect(piece.count == 5 << 20)
        #expect(heap.statistics.inUseByteCount == arena.capacityByteCount)
    }

    @Test func largeAlignmentsAndEmptyPiecesAreAllowed() throws {
        var arena = Arena(heap: try PagedHeap.quiet())
        let nothing = try arena.allocate(byteCount: 0)
        #expect(nothing.baseAddress != nil && nothing.count == 0)
        for shift in [4, 13, 16, 21] {
            let piece = try arena.allocate(byteCount: 100, alignment: 1 << shift)
            #expect(UInt(bitPattern: piece.baseAddress) % (1 << UInt(shift)) == 0)
        }
    }

    @Test func aResetReleasesOrKeepsTheMemory() throws {
        let heap = try PagedHeap.quiet()
        var arena = Arena(heap: heap)
        func fill() throws -> [UInt] {
            try (0..<100).map { UInt(bitPattern: try arena.allocate(byteCount: 1000 * ($0 + 1)).baseAddress) }
        }
        let first = try fill()
        let capacity = arena.capacityByteCount
        arena.reset(keepingMemory: true)
        #expect(arena.capacityByteCount == capacity && heap.statistics.inUseByteCount == capacity)
        let second = try fill()
        #expect(first == second && arena.capacityByteCount == capacity)
        arena.reset()
        #expect(arena.capacityByteCount == 0 && heap.statistics.inUseByteCount == 0)
        #expect(try fill().count == 100)
    }

    @Test func anArenaReleasesItsMemoryWhenItEnds() throws {
        let heap = try PagedHeap.quiet()
        do {
            var arena = Arena(heap: heap)
            _ = try arena.allocate(byteCount: 1 << 20)
            #expect(heap.statistics.inUseByteCount == 1 << 20)
        }
        #expect(heap.statistics.inUseByteCount == 0)
    }

    @Test func slotsHoldValuesAndOtherSlots() throws {
        var arena = Arena(heap: try PagedHeap.quiet())
        var list: Arena.Slot<Node>?
        for value in 0..<10_000 { list = try arena.insert(Node(value: value, next: list)) }
        var sum = 0
        var next = list
        while let slot = next {
            arena[slot].value *= 2
            sum += arena[slot].value
            next = arena[slot].next
        }
        #expect(sum == 9999 * 10_000)
    }

    @Test func refusedRequestsLeaveTheArenaUnchanged() throws {
        var arena = Arena(heap: try PagedHeap.quiet())
        let first = try arena.allocate(byteCount: 8)
        #expect(throws: PageHeapError.invalidByteCount(-1)) { try arena.allocate(byteCount: -1) }
        for alignment in [0, 3, -8, Int.min] {
            #expect(throws: PageHeapError.invalidAlignment(alignment)) {
                try arena.allocate(byteCount: 1, alignment: alignment)
            }
        }
        #expect(throws: PageHeapError.system(.noMemory)) { try arena.allocate(byteCount: .max) }
        #expect(throws: PageHeapError.system(.noMemory)) { try arena.allocate(byteCount: 1, alignment: 1 << 62) }
        let second = try arena.allocate(byteCount: 8)
        #expect(second.baseAddress == first.baseAddress! + 16)
    }

    @Test func aForeignOrOutdatedSlotStopsTheProgram() async throws {
        let results = [
            try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                var arena = Arena(heap: try PagedHeap())
                let slot = try arena.insert(5)
                arena.reset(keepingMemory: true)
                _ = try arena.insert(6)
                print(arena[slot])
            },
            try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                let heap = try PagedHeap()
                var one = Arena(heap: heap)
                var two = Arena(heap: heap)
                let slot = try one.insert(5)
                _ = try two.insert(6)
                print(two[slot])
            },
        ]
        for result in results {
            // That is how a test ends whose heap cannot be made.
            #expect(result.exitStatus != .exitCode(1))
            let errors = lines(of: result.standardErrorContent)
            #expect(
                errors.contains { $0.hasSuffix("PageHeap: a slot of another arena, or from before a reset, was used") })
        }
    }
}
