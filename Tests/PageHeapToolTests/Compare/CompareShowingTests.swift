import Foundation
import Testing

@testable import PageHeapTool

/// The table, the picture and the page of a comparison.
struct CompareShowingTests {
    let plain = TerminalStyle(width: 80, hasColour: false, hasUnicode: true)

    @Test func theTableShowsFiguresRatiosAndSpreads() {
        var fell = CompareRun.make(seconds: 12.34)
        fell.residentAfter1SecondBytes = ByteCount(17 << 20)
        fell.lastDrop = LastDrop(of: ResidentCurve.make([(1, 100), (2, 10)], end: 12).points, endingAt: 12)
        let result = CompareResult.make(
            [("PageHeap", [fell, fell]), ("glibc", [.make(seconds: 10), .make(seconds: 8)])], rounds: 2)
        let expected = """
            median of 2      time   CPU  peak  mean  RSS×time  faults  fell at  +1 s  +5 s  +10 s
                                s     s   MiB   MiB     MiB·s                s   MiB   MiB    MiB
            PageHeap         12.3  2.00   100  50.0       954   1,001     1.00  17.0     -      -
            glibc            9.00  2.00   100  50.0       954   1,001        -     -     -      -

            ratio to glibc
            PageHeap         1.37  1.00  1.00  1.00      1.00    1.00        -     -     -      -

            lowest, highest
            PageHeap         12.3  2.00   100  50.0       954   1,001     1.00  17.0     -      -
                             12.3  2.00   100  50.0       954   1,001     1.00  17.0     -      -
            glibc            8.00  2.00   100  50.0       954   1,001        -     -     -      -
                             10.0  2.00   100  50.0       954   1,001        -     -     -      -
            """
        #expect(CompareTable(result: result, style: plain).lines().joined(separator: "\n") == expected)
    }

    @Test func oneRoundHasNoSpreadAndOneAllocatorNoRatio() {
        let table = CompareTable(result: .make([("PageHeap", [.make()])], rounds: 1), style: plain)
        #expect(table.lines().count == 3)
        #expect(table.lines().first?.hasPrefix("one run ") == true)
    }

    @Test func columnsStayAlignedWhateverTheirContents() {
        let long = CompareRun.make(seconds: 123_456, peak: 1 << 30)
        let result = CompareResult.make(
            [("PageHeap", [.make()]), ("glibc", []), ("a-very-long-library-name.so.12", [long])])
        let lines = CompareTable(result: result, style: plain).lines()
        #expect(Set(lines[2...4].map(\.count)).count == 1)
    }

    @Test func remarksAndMissingAllocatorsFollowTheTable() {
        let result = CompareResult.make(
            [("PageHeap", [.make()]), ("glibc", [.make(code: 3), .make(code: 3)])], notFound: ["tbb", "snmalloc"],
            stopped: "ended by SIGINT")
        let text = CompareTable(result: result, style: plain).text()
        #expect(text.contains("\nNot all 3 rounds were run (1 or 2 under each allocator): ended by SIGINT.\n"))
        #expect(text.contains("\nNot found here: tbb, snmalloc.\n"))
        #expect(text.contains("Under PageHeap the program exited with 0 in 1 of 1 runs"))
        #expect(!text.contains("\u{1b}"))
    }

    @Test func picturesAreWellFormed() throws {
        let nasty = "<a\"&'\u{1b}>"
        let many = (0..<20).map { ("allocator-\($0)-with-a-name", [CompareRun.make()]) }
        let results: [CompareResult] = [
            .make([("PageHeap", [.make()]), ("glibc", [.make()])]), .make([("PageHeap", [])]), .make(many),
            .make([(nasty, [.make()])], command: ["sh", nasty]), .make([("PageHeap", [.make(curve: [(0, 0)])])]),
        ]
        for result in results {
            let parser = XMLCheck()
            #expect(parser.accepts(CompareChart(result).file()))
            let page = CompareReport(result: result).page()
            for needless in ["src=", "@import", "url(", "\u{1b}", "<a\""] {
                #expect(!page.contains(needless), "\(needless)")
            }
        }
    }

    @Test func everyAllocatorHasACurveANameAndARow() {
        let names = ["PageHeap", "glibc", "jemalloc", "mimalloc"]
        let result = CompareResult.make(names.map { ($0, [.make()]) })
        let page = CompareReport(result: result).page()
        for (index, name) in names.enumerated() {
            #expect(page.contains("<td>\(name)</td>"))
            #expect(page.contains("\(name)</li>"))
            #expect(page.contains("class=\"curve line c\(index)"))
        }
        #expect(page.contains("Mean resident memory: PageHeap 50.0 MiB, glibc 50.0 MiB."))
    }

    @Test func coloursDifferAndRepeatDashed() {
        #expect(Set(ComparePalette.light).count == 8)
        #expect(Set(ComparePalette.dark).count == 8)
        #expect(ComparePalette.classes(of: 1) == "ph-c1")
        #expect(ComparePalette.classes(of: 9) == "ph-c1 ph-again")
    }

    @Test func longLegendsTakeMoreRows() {
        let entries = (0..<30).map { (name: "library-\($0).so", classes: "c") }
        let one = ChartLegend(entries: Array(entries.prefix(1)), left: 0, right: 900)
        #expect(one.height == ChartLegend.rowHeight)
        #expect(ChartLegend(entries: entries, left: 0, right: 900).height > 2 * ChartLegend.rowHeight)
        #expect(ChartLegend(entries: [], left: 0, right: 900).height == ChartLegend.rowHeight)
    }

    @Test func progressIsShownForEachRun() {
        let lines = CompareProgress(total: 6, rewrites: false)
        #expect(lines.before("glibc", done: 2, elapsed: 4).isEmpty)
        #expect(
            lines.after("glibc", .make(seconds: 2, code: 3), done: 2)
                == "pageheap: run 2 of 6, glibc: 2.00 s, peak 100 MiB, exited with 3\n")
        let line = CompareProgress(total: 6, rewrites: true)
        #expect(line.before("glibc", done: 2, elapsed: 4) == "\r\u{1b}[Kpageheap: run 3 of 6, glibc, about 8.00 s left")
        #expect(line.before("PageHeap", done: 0, elapsed: 0).hasSuffix("run 1 of 6, PageHeap"))
    }
}
