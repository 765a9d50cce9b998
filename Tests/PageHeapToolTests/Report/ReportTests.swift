import CPageHeapInterface
import Foundation
import PageHeapFigures
import Testing

@testable import PageHeapTool

struct ReportTests {
    let samples: [MemorySample] = [
        .make(0, 10, inUse: 5, goal: 6), .make(5, 100, inUse: 80, goal: 88), .make(9.9, 20, inUse: 5, goal: 6),
    ]

    @Test func commandsCannotBreakOutOfThePage() {
        let nasty = "<script>alert('x')</script>\"&\u{1b}\u{0}"
        let result = RunResult.make(command: ["sh", nasty], samples: samples)
        for text in [HTMLReport(result: result).page(), SVGChart(result).file()] {
            #expect(!text.contains("<script>alert"))
            #expect(!text.contains("\u{1b}"))
            #expect(!text.contains("\u{0}"))
        }
        #expect(HTMLReport(result: result).page().contains("&lt;script&gt;alert("))
    }

    @Test func markupIsEscaped() {
        #expect(Markup.escape("a<b>&\"'\n\u{7}é") == "a&lt;b&gt;&amp;&quot;&#39;\n\u{fffd}é")
    }

    @Test func thePageNeedsNoOtherFiles() {
        let page = HTMLReport(result: .make(samples: samples)).page()
        for needless in ["src=", "@import", "url(", "http:", "https:"] {
            #expect(!page.contains(needless), "\(needless)")
        }
        // The only link is an empty picture, so that browsers ask for none.
        #expect(page.components(separatedBy: "href=").count == 2)
        for needed in [
            "<link rel=\"icon\" href=\"data:,\">", "default-src 'none'", "<svg", "prefers-color-scheme", "<details",
            "<meta charset=\"utf-8\">", "in use", "goal",
        ] {
            #expect(page.contains(needed), "\(needed)")
        }
    }

    @Test func longRunsMakeBoundedFiles() {
        let many = (0..<20_000).map { MemorySample.make(Double($0) * 0.1, UInt64($0 * 7919 % 300), inUse: 3, goal: 4) }
        let result = RunResult.make(samples: many, wallSeconds: 2000)
        #expect(HTMLReport(result: result).page().utf8.count < 400_000)
    }

    @Test func picturesAreWellFormed() {
        for given in [samples, [], [.make(0, 1)]] {
            let svg = SVGChart(.make(command: ["sh", "<a\"&'\u{1b}>"], samples: given)).file()
            #expect(XMLCheck().accepts(svg), "\(svg)")
        }
    }

    @Test func headlinesSayHowMuchMemoryCameBack() {
        var result = RunResult.make(samples: samples)
        #expect(
            Headline.text(result)
                == "Peak 100 MiB, 20.0 MiB at the end: the heap gave 60.0 MiB of its 80.0 MiB back (75 %).")
        result.heapPeakReturnedBytes = .zero
        #expect(Headline.text(result) == "Peak 100 MiB, 20.0 MiB at the end. The heap gave nothing back for good.")
        result.peakResidentWithoutLibraryBytes = ByteCount(70 << 20)
        #expect(Headline.text(result) == "Peak 100 MiB, of which 70.0 MiB was not on PageHeap.")
        #expect(
            Headline.text(.make(samples: samples, published: false)) == "Peak 100 MiB, 20.0 MiB at the end.")
        #expect(Headline.text(.make(samples: [])) == "The program ended before its memory could be seen.")
    }

    @Test func jsonHasExactlyTheKeysAndCanBeDecoded() throws {
        let result = RunResult.make(samples: samples + [.make(10, 20)])
        let data = Data(try result.json())
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            object.keys.sorted() == [
                "command", "cpuSeconds", "exitCode", "finalResidentBytes", "heap", "heapFiguresPublished",
                "heapLockHoldP999Nanoseconds", "heapMaps", "heapPeakRetainedBytes", "heapPeakReturnedBytes",
                "intervalMilliseconds", "largestProcessWithoutLibrary", "majorPageFaults", "meanResidentBytes",
                "minorPageFaults", "notes", "pageheapVersion", "peakResidentBytes", "peakResidentSource",
                "peakResidentWithoutLibraryBytes", "processHistory", "processes", "processesLeftRunning",
                "processesWithoutLibrary",
                "processors", "publishingProcesses", "residentByteSeconds", "samples", "samplesMerged", "samplesTaken",
                "scavengerPeakMinuteCPUSeconds", "settings", "signal", "startedAt", "systemCPUSeconds",
                "userCPUSeconds", "wallSeconds",
            ])
        // The heap's figures have the names of the list.
        let heap = try #require(object["heap"] as? [String: Any])
        #expect(Set(heap.keys) == Set(Figure.all.map(\.name)))
        for figure in Figure.all {
            #expect(heap[figure.name] as? UInt64 == result.heap.value(figure), "\(figure.name)")
        }
        #expect(heap["memory_limit_bytes"] is NSNull)
        let list = try #require(object["samples"] as? [[String: Any]])
        for sample in list {
            #expect(Set(sample.keys) == Set(MemorySample.CodingKeys.allCases.map(\.rawValue)))
        }
        #expect(list.last?["goalBytes"] is NSNull)
        #expect(object["signal"] is NSNull)
        #expect(try JSONDecoder().decode(RunResult.self, from: data) == result)
    }

    @Test func refusedCallsAndTheLimitAreShownIfThereAreAny() {
        func figure(_ label: String, _ result: RunResult) -> KeyFigure? {
            KeyFigure.all(of: result).first { $0.label == label }
        }
        var result = RunResult.make(samples: samples)
        #expect(figure("memory limit", result) == nil)
        #expect(figure("given back in total", result)?.value == "85.0 MiB")
        #expect(figure("given back in total", result)?.note == "in 42 calls")
        #expect(figure("again within 10 s", result)?.value == "9.00 MiB")
        #expect(figure("again within 10 s", result)?.note == "11 % of what was given back")
        #expect(figure("scavenger's share", result)?.value == "0.2 %")
        #expect(figure("scavenger's share", result)?.note == "of 2 processors, 12 wake-ups")
        result.heap[\.memory_limit_bytes] = 64 << 20
        result.heap[\.released_limit_bytes_total] = 30 << 20
        result.heap[\.release_failures_total] = 3
        #expect(figure("memory limit", result)?.value == "64.0 MiB")
        #expect(figure("memory limit", result)?.note == "allocations released 30.0 MiB to stay within it")
        #expect(figure("given back in total", result)?.note == "in 42 calls, 3 refused")
        result.heap[\.reused_within_10_seconds_bytes_total] = .max
        #expect(figure("again within 10 s", result)?.note == "100 % of what was given back")
        result.heap[\.returned_bytes_total] = 0
        #expect(figure("again within 10 s", result) == nil)
        #expect(HTMLReport(result: result).page().contains("memory limit"))
    }

    @Test func unitsAreFormatted() {
        #expect(ByteCount(0).description == "0 B")
        #expect(ByteCount(1023).description == "1023 B")
        #expect(ByteCount(1024).description == "1.00 KiB")
        #expect(ByteCount(18_979_225).description == "18.1 MiB")
        #expect(ByteCount(312 << 20).description == "312 MiB")
        #expect(ByteCount(.max).description == "16.0 EiB")
        #expect(TimeText.describe(seconds: 0.0421) == "0.042 s")
        #expect(TimeText.describe(seconds: 12.44) == "12.4 s")
        #expect(TimeText.describe(seconds: 200) == "3 min 20 s")
        #expect(TimeText.describe(seconds: 7500) == "2 h 5 min")
        #expect(TimeText.share(0.05, of: 5) == "1.0 %")
        #expect(TimeText.share(0.001, of: 5) == "under 0.1 %")
        #expect(TimeText.share(1, of: 0) == "0 %")
        #expect(KeyFigure.grouped(1_234_567) == "1,234,567")
        #expect(CommandText.quoted(["a-b", "c d", "it's", ""]) == "a-b 'c d' 'it'\\''s' ''")
    }
}
