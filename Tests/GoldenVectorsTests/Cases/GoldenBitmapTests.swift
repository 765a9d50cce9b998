import PageHeapCore
import Testing

/// Compares pure functions of words and bitmaps with the recorded cases.
struct GoldenBitmapTests {
    @Test(.golden("fill_aligned"))
    func fillAlignedMatchesTheRecordedCases() throws {
        try checkGolden("fill_aligned") { line, report in
            let group = try line.member("m").powerOfTwo(in: 1...64)
            let got = BitOperations.fillAligned(try line.member("x").word, groupBits: group)
            try report.check("r", try line.member("r").word.digits, got.digits)
        }
    }

    @Test(.golden("find_bit_range64"))
    func firstRunMatchesTheRecordedCases() throws {
        try checkGolden("find_bit_range64") { line, report in
            let count = try line.member("n").integer(in: 1...64)
            let got = BitOperations.firstRun(ofOnes: try line.member("c").word, count: count)
            try report.check("r", try line.member("r").integer, min(got, 64))
        }
    }

    @Test(.golden("find_scavenge_candidate"))
    func scavengeCandidatesMatchTheRecordedCases() throws {
        try checkGolden("find_scavenge_candidate") { line, report in
            let allocated = try line.member("a").bitmap
            let scavenged = try line.member("s").bitmap
            var taken = PageBitmap()
            for word in 0..<PageBitmap.wordCount {
                taken.setWord(word, to: allocated.word(word) | scavenged.word(word))
            }
            let huge = try line.member("hp")
            let machine = MachineFigures(
                physicalPage: 4096,
                hugePage: ByteCount(try huge.unsigned == 0 ? 0 : try huge.powerOfTwo(in: 1...(1 << 40))))
            let got = taken.scavengeCandidate(
                from: try line.member("si").page,
                group: PageCount(try line.member("min").powerOfTwo(in: 1...64)),
                limit: PageCount(try line.member("max").unsigned), hugePage: machine.hugePage)
            try report.check("start", try line.member("start").unsigned, got?.first.rawValue ?? 0)
            try report.check("size", try line.member("size").unsigned, got?.count.rawValue ?? 0)
        }
    }

    /// In a smaller address space the fields of a summary are narrower: the figures are the same, the words are not.
    @Test(.golden("summaries"))
    func summariesMatchTheRecordedCases() throws {
        try checkGolden("summaries") { line, report in
            switch try line.member("op").text {
            case "pack":
                let fields = try ["s", "m", "e"].map { try line.member($0).unsigned }
                if fields[1] > UInt(1) << UInt(PageGeometry.row.levelLogPages(0)) { throw GoldenSpace.Beyond() }
                let summary = PageSummary(start: fields[0], longest: fields[1], end: fields[2])
                try Self.checkWord(line, summary, &report)
                let unpacked = PageSummary(
                    packed: GoldenSpace.isOriginal ? try line.member("packed").word : summary.packed)
                try report.check(
                    "un", try line.member("un").elements.map { try $0.unsigned },
                    [unpacked.start, unpacked.longest, unpacked.end])
            case "merge":
                let logPages = try line.member("log").integer(in: 0...18)
                if logPages > PageGeometry.row.levelLogPages(1) { throw GoldenSpace.Beyond() }
                let parts = try line.member("in").elements(atLeast: 1).map { try Self.summary($0) }
                let merged = PageSummary.merged(count: parts.count, logPages: logPages) { parts[$0] }
                try report.check("out", try Self.summary(try line.member("out")), merged)
                try Self.checkWord(line, merged, &report)
            default: throw try line.member("op").damage("\"pack\" or \"merge\"")
            }
        }
    }

    private static func checkWord(_ line: VectorValue, _ got: PageSummary, _ report: inout VectorReport) throws {
        let expected = try line.member("packed").word
        if GoldenSpace.isOriginal { try report.check("packed", expected.digits, got.packed.digits) }
    }

    private static func summary(_ value: VectorValue) throws -> PageSummary {
        let fields = try value.elements(atLeast: 3).map { try $0.unsigned }
        return PageSummary(start: fields[0], longest: fields[1], end: fields[2])
    }
}
