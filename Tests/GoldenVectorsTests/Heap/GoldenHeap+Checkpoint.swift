import PageHeapCore
import PageHeapSimulation

extension GoldenHeap {
    /// Two integers.
    static func pair(_ value: VectorValue) throws -> [Int] {
        let fields = try value.elements(atLeast: 2)
        return [try fields[0].integer, try fields[1].integer]
    }

    /// The scavenger's ranges, as byte offsets.
    var searchRanges: [[Int]] {
        (0..<simulation.searchSpace.ranges.count).map {
            let range = simulation.searchSpace.ranges[$0]
            return [GoldenSpace.byte(range.base), GoldenSpace.byte(range.limit)]
        }
    }

    /// Compares hashes of the bitmaps, counts, search address and ranges with a checkpoint.
    func checkPages(_ line: VectorValue, _ report: inout VectorReport) throws {
        var allocated = GoldenHash()
        var scavenged = GoldenHash()
        for chunk in chunks {
            let bitmaps = simulation.pages.chunks[chunk]
            let offset = UInt64(GoldenSpace.chunk(chunk.base))
            allocated.add(offset)
            scavenged.add(offset)
            for word in 0..<PageBitmap.wordCount {
                allocated.add(bitmaps.allocated.word(word))
                scavenged.add(bitmaps.scavenged.word(word))
            }
        }
        try report.check("hashA", try line.member("hashA").text, allocated.value.digits)
        try report.check("hashS", try line.member("hashS").text, scavenged.value.digits)
        try report.check("free", try line.member("free").unsigned, simulation.pages.freePages.rawValue)
        try report.check("scav", try line.member("scav").unsigned, simulation.pages.scavengedPages.rawValue)
        try report.check("search", try line.member("search").integer, GoldenSpace.page(simulation.pages.searchAddress))
        let ranges = (0..<simulation.pages.inUse.count).map {
            let range = simulation.pages.inUse[$0]
            return [GoldenSpace.chunk(range.base), GoldenSpace.chunk(range.limit)]
        }
        try report.check("inUse", try line.member("inUse").elements.map { try Self.pair($0) }, ranges)
    }

    /// Compares the scavenger's state with a checkpoint.
    func checkSearch(_ line: VectorValue, _ report: inout VectorReport) throws {
        let low = simulation.searchSpace.lowWaterMark
        let high = simulation.pages.freeHighWaterMark
        try report.check("gen", try line.member("gen").integer, Int(simulation.searchSpace.generation))
        try report.check("resv", try line.member("resv").unsigned, simulation.searchSpace.reservationBytes.rawValue)
        try report.check(
            "scavLWM", try line.member("scavLWM").integer, low == .maximum ? -1 : GoldenSpace.byte(low))
        try report.check(
            "freeHWM", try line.member("freeHWM").integer, high == .minimum ? -1 : GoldenSpace.byte(high))
        try report.check(
            "scavInUse", try line.member("scavInUse").elements.map { try Self.pair($0) }, searchRanges)
    }
}
