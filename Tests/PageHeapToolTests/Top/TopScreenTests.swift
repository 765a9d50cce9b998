import CPageHeap
import Testing

@testable import PageHeapTool

struct TopScreenTests {
    private func reading(_ seconds: Double, classes: Int = 6, missing: String? = nil) -> TopReading {
        var heap = HeapFigures()
        heap[\.in_use_bytes] = 70 << 20
        heap[\.goal_bytes] = 64 << 20
        heap[\.free_retained_bytes] = 9 << 20
        return TopReading(
            seconds: seconds, name: "a\u{1b}[2Jprogram", process: 77, others: 2, age: seconds,
            resident: ByteCount(90 << 20), heap: heap,
            classes: (0..<classes).map { number in
                var figures = pageheap_class()
                figures.block_bytes = UInt64(number) * 16
                figures.spans = UInt64(number + 1)
                figures.span_bytes = .max / 4
                figures.blocks = .max
                figures.used_blocks = UInt64(100 - number)
                figures.thread_cache_blocks = .max
                figures.pinned_bytes = UInt64(number % 3)
                return ClassFigures(figures)
            }, missing: missing)
    }

    private func plain(_ line: String) -> String {
        line.replacing(/\u{1b}\[[0-9;]*m/, with: "")
    }

    @Test(arguments: [10, 20, 40, 80, 120], [1, 2, 3, 5, 8, 12, 24, 60])
    func nothingIsWiderOrHigherThanTheTerminal(width: Int, height: Int) {
        for (hasClasses, helpPage) in [(false, nil), (true, nil), (true, 0), (true, 99)] as [(Bool, Int?)] {
            for hasColour in [false, true] {
                let lines = TopScreen(
                    reading: reading(
                        50, classes: hasClasses ? 20 : 0,
                        missing: hasClasses ? nil : "process 77 serves no requests; start it with …"),
                    points: (0..<50).map { reading(Double($0)).point }, order: .bytes, isPaused: true,
                    helpPage: helpPage,
                    message: nil,
                    endingKeys: "q quit",
                    style: TerminalStyle(width: width, hasColour: hasColour, hasUnicode: true), height: height
                ).lines()
                #expect(lines.count <= height)
                #expect(lines.allSatisfy { plain($0).count <= width }, "\(lines)")
                // A program's name cannot control the terminal.
                #expect(!lines.contains { plain($0).contains("\u{1b}") })
            }
        }
    }

    @Test func theFiguresMeanWhatTheySay() {
        let style = TerminalStyle(width: 120, hasColour: false, hasUnicode: true)
        let text = TopScreen(
            reading: reading(2), points: [reading(1).point, reading(2).point], order: .size, isPaused: false,
            message: nil, endingKeys: "q quit", style: style, height: 40
        ).lines().joined(separator: "\n")
        #expect(text.contains("goal 64.0 MiB (15.0 MiB beyond it)"))
        #expect(text.contains("resident 90.0 MiB   in use 70.0 MiB"))
        #expect(text.contains("process 77 and 2 more, for 2.00 s"))
        #expect(text.contains("r release now") && text.contains("by size"))
    }

    private func screen(_ width: Int, _ height: Int, helpPage: Int? = nil) -> [String] {
        TopScreen(
            reading: reading(2), points: [reading(1).point, reading(2).point], order: .size, isPaused: false,
            helpPage: helpPage, message: nil, endingKeys: "q quit",
            style: TerminalStyle(width: width, hasColour: false, hasUnicode: true), height: height
        ).lines()
    }

    @Test func onANarrowTerminalFiguresWrapAndColumnsAreLeftOut() {
        let lines = screen(38, 40)
        #expect(lines.contains("resident 90.0 MiB   in use 70.0 MiB"))
        #expect(lines.contains { $0.hasPrefix("blocks 0 B   free 9.00 MiB") })
        #expect(lines.contains { $0.hasSuffix("spans      bytes") || $0.contains("blocks out") }, "\(lines)")
        #expect(!lines.contains { $0.contains("beside") || $0.contains("given back ") && $0.contains("size") })
    }

    @Test(arguments: [(120, 60), (38, 12), (30, 8), (10, 2)])
    func theHelpExplainsEachWordOfTheView(width: Int, height: Int) {
        let pages = TopLegend.pages(width: width, rows: height)
        let shown = pages.indices.flatMap { screen(width, height, helpPage: $0).dropLast() }
        #expect(shown.count == pages.joined().count)
        if width > 10 { #expect(shown.joined(separator: " ") == pages.joined().joined(separator: " ")) }
        let view = screen(120, 60).joined(separator: "\n")
        for (words, _) in TopLegend.words {
            #expect(pages.joined().contains { $0.hasPrefix(String(words.prefix(width))) || width == 10 }, "\(words)")
            for word in words.split(separator: " (")[0].split(separator: ", ") {
                #expect(view.contains(word), "\(word)")
            }
        }
        #expect(view.contains("h help"))
        #expect(screen(120, 60, helpPage: 0).last == "h back   q quit")
        #expect(screen(38, 12, helpPage: 0).last == "h more   q quit")
    }

    @Test func keysThatDoNotFitAreLeftOutWhole() {
        #expect(screen(120, 30).last == "q quit   h help   space pause   r release now   s sort (by size)")
        #expect(screen(45, 30).last == "q quit   h help   space pause   r release now")
        #expect(screen(30, 30).last == "q quit   h help   space pause")
    }

    @Test func sizeClassesAreSortedByEachColumn() {
        let classes = reading(0).classes
        var order = TopOrder.bytes
        var seen: [TopOrder: [UInt64]] = [:]
        for _ in TopOrder.allCases {
            seen[order] = order.sorted(classes).map(\.block.rawValue)
            order = order.next
        }
        #expect(order == .bytes)
        #expect(seen[.size] == [0, 16, 32, 48, 64, 80])
        #expect(seen[.free]?.prefix(2).sorted() == [32, 80])
        #expect(Set(seen.keys) == Set(TopOrder.allCases))
    }

    @Test func keysAreReadAndSequencesSkipped() {
        #expect(
            TopKey.keys(in: Array("q rs\u{1b}[A\u{1b}[1;5Cp\u{1b}OPx\u{3}".utf8)) == [
                .quit, .pause, .release, .sort, .pause, .quit,
            ])
        #expect(TopKey.keys(in: [27]).isEmpty && TopKey.keys(in: [27, 91]).isEmpty && TopKey.keys(in: []).isEmpty)
        for first in UInt8.min...UInt8.max { _ = TopKey.keys(in: [27, 91, first, first]) }
    }
}
