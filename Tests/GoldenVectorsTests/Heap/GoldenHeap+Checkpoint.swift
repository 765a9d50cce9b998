import PageHeapCore
import PageHeapSimulation

extension GoldenHeap {
    /// Reads two integers.
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

    /// Compares the hash of the bitmaps of pages in use, free pages, search address and ranges with a checkpoint.
    func checkPages(_ line: VectorValue, _ report: inout VectorReport) throws {
        try report.check("hashA", try line.member("hashA").text, hash { $0.allocated.word($1) })
        try report.check("free", try line.member("free").unsigned, simulation.pages.freePages.rawValue)
        try report.check("search", try line.member("search").integer, GoldenSpace.page(simulation.pages.searchAddress))
        let ranges = (0..<simulation.pages.inUse.count).map {
            let range = simulation.pages.inUse[$0]
            return [GoldenSpace.chunk(range.base), GoldenSpace.chunk(range.limit)]
        }
        try report.check("inUse", try line.member("inUse").elements.map { try Self.pair($0) }, ranges)
    }

    /// Compares the hash and the number of scavenged pages with a checkpoint.
    func checkScavenged(_ line: VectorValue, _ report: inout VectorReport) throws {
        try report.check("hashS", try line.member("hashS").text, hash { $0.scavenged.word($1) })
        try report.check("scav", try line.member("scav").unsigned, simulation.pages.scavengedPages.rawValue)
    }

    /// The hash of some words of all chunks.
    private func hash(_ word: (ChunkPages, Int) -> UInt64) -> String {
        var hash = GoldenHash()
        for chunk in chunks {
            let bitmaps = simulation.pages.chunks[chunk]
            hash.add(UInt64(GoldenSpace.chunk(chunk.base)))
            for index in 0..<PageBitmap.wordCount { hash.add(word(bitmaps, index)) }
        }
        return hash.value.digits
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
