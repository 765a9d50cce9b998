import PageHeapCore
import Testing

/// Compares the operations on the 512 bits of a chunk with the recorded cases.
struct GoldenPageBitsTests {
    @Test(.golden("pallocbits"))
    func pageBitsMatchTheRecordedCases() throws {
        try checkGolden("pallocbits") { line, report in
            let bitmap = try line.member("b").bitmap
            let summary = bitmap.summarized()
            try report.check(
                "sum", try line.member("sum").elements.map { try $0.unsigned },
                [summary.start, summary.longest, summary.end])
            for name in ["find", "findx"] where line.has(name) {
                for search in try line.member(name).elements { try Self.checkSearch(bitmap, search, &report) }
            }
            for value in try line.member("pop").elements {
                let (first, count) = try Self.range(value, at: 0)
                let got = bitmap.populationCount(from: first, count: count)
                try report.check(value.field, try value.elements(atLeast: 3)[2].unsigned, got.rawValue)
            }
            for value in try line.member("mut").elements { try Self.checkChange(bitmap, value, &report) }
            for value in try line.member("p64").elements {
                let fields = try value.elements(atLeast: 2)
                let got = bitmap.word(holding: try fields[0].page)
                try report.check(value.field, try fields[1].word.digits, got.digits)
            }
        }
    }

    private static func checkSearch(
        _ bitmap: PageBitmap, _ value: VectorValue, _ report: inout VectorReport
    ) throws {
        let fields = try value.elements(atLeast: 4)
        let got = bitmap.findRun(ofFree: try fields[0].pages(atMost: 512), from: try fields[1].page)
        let expected = try fields[2].integer
        try report.check(fields[2].field, expected, got.page.map { Int($0.rawValue) } ?? -1)
        // If nothing is found, the new search index has no meaning.
        if expected >= 0 { try report.check(fields[3].field, try fields[3].unsigned, got.firstFree.rawValue) }
    }

    private static func checkChange(
        _ bitmap: PageBitmap, _ value: VectorValue, _ report: inout VectorReport
    ) throws {
        let fields = try value.elements(atLeast: 4)
        let (first, count) = try range(value, at: 1)
        var changed = bitmap
        switch try fields[0].text {
        case "a": changed.setRange(from: first, count: count)
        case "f": changed.clearRange(from: first, count: count)
        default: throw fields[0].damage("\"a\" or \"f\"")
        }
        try report.check(value.field, try fields[3].bitmap.digits, changed.digits)
    }

    /// A range of pages inside a chunk.
    private static func range(_ value: VectorValue, at index: Int) throws -> (PageIndex, PageCount) {
        let fields = try value.elements(atLeast: index + 2)
        let first = try fields[index].page
        return (first, try fields[index + 1].pages(atMost: 512 - Int(first.rawValue)))
    }
}
