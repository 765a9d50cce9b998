import PageHeapCore
import PageHeapSimulation
import Testing

/// The states of small blocks: which of them the program has.
struct BlockStatesTests {
    @Test(arguments: 1..<SizeClass.count)
    func aBlockInUseIsFoundOnlyAtItsFirstByte(of number: Int) throws {
        let sizeClass = SizeClass(UInt8(number))
        let reserved = PageGeometry.chunkBytes * 2
        let system = SimulatedOperatingSystem()
        let states = try #require(BlockStates(bytes: reserved, using: system))
        defer { states.cancel(using: system) }
        let first = PageGeometry.chunkBytes.rawValue / 16
        try #require(states.makeAccessible(first: 2 * first, using: system))
        let block = sizeClass.blockBytes.rawValue
        // A span in the middle of the second chunk.
        let span = first + 100 * 8192 / 16
        let begins = (0..<UInt(sizeClass.blocksPerSpan)).map { span + $0 * block / 16 }
        for unit in begins where unit % 2 == 0 { states.markOut(unit, sizeClass) }
        for unit in span..<(span + sizeClass.spanPages.bytes.rawValue / 16) {
            let isOut = begins.contains(unit) && unit % 2 == 0
            #expect(states.isOut(unit, sizeClass) == isOut, "unit \(unit - span) of blocks of \(block)")
        }
        for unit in begins where unit % 2 == 0 {
            #expect(!states.takeBack(unit + 1, sizeClass), "inside a block, or its neighbour")
            #expect(states.takeBack(unit, sizeClass))
            #expect(!states.takeBack(unit, sizeClass), "twice")
        }
        #expect(!states.covers(2 * first) && states.covers(2 * first - 1))
    }

    @Test func aLargeBlockIsNeverInUseAsASmallOne() throws {
        let system = SimulatedOperatingSystem()
        let states = try #require(BlockStates(bytes: PageGeometry.chunkBytes, using: system))
        defer { states.cancel(using: system) }
        for unit in [0, 1, 127, 128, 255, 262_143] as [UInt] { #expect(!states.isOut(unit, .notSmall)) }
    }
}
