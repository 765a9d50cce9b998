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

    @Test(.golden("summaries"))
    func summariesMatchTheRecordedCases() throws {
        try checkGolden("summaries") { line, report in
            switch try line.member("op").text {
            case "pack":
                let summary = PageSummary(
                    start: try line.member("s").unsigned, longest: try line.member("m").unsigned,
                    end: try line.member("e").unsigned)
                try report.check("packed", try line.member("packed").word.digits, summary.packed.digits)
                let unpacked = PageSummary(packed: try line.member("packed").word)
                try report.check(
                    "un", try line.member("un").elements.map { try $0.unsigned },
                    [unpacked.start, unpacked.longest, unpacked.end])
            case "merge":
                let parts = try line.member("in").elements(atLeast: 1).map { try Self.summary($0) }
                let merged = PageSummary.merged(
                    count: parts.count, logPages: try line.member("log").integer(in: 0...18)
                ) { parts[$0] }
                try report.check("out", try Self.summary(try line.member("out")), merged)
                try report.check("packed", try line.member("packed").word.digits, merged.packed.digits)
            default: throw try line.member("op").damage("\"pack\" or \"merge\"")
            }
        }
    }

    private static func summary(_ value: VectorValue) throws -> PageSummary {
        let fields = try value.elements(atLeast: 3).map { try $0.unsigned }
        return PageSummary(start: fields[0], longest: fields[1], end: fields[2])
    }
}
