import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// What a report's page consists of, beside what `Scripts/test-report` sees in a browser.
struct ReportPageTests {
    let samples: [MemorySample] = [
        .make(0, 10, inUse: 5, goal: 6), .make(5, 100, inUse: 80, goal: 88), .make(9.9, 20, inUse: 5, goal: 6),
    ]

    /// Returns the text of the page's element of data.
    private func data(of page: String) throws -> String {
        let begin = try #require(page.firstRange(of: "<script type=\"application/json\" id=\"data\">"))
        let rest = page[begin.upperBound...]
        return String(rest[..<(try #require(rest.firstRange(of: "</script>")).lowerBound)])
    }

    @Test(arguments: ["</script><b>", "<!--<script>", "a\"&'<\u{1b}\u{0}\u{2028}", "]]>"])
    func namesCannotBreakOutOfThePage(name: String) throws {
        var result = RunResult.make(command: ["sh", name], samples: samples)
        result.processHistory = .make(samples, name: name)
        let page = HTMLReport(result: result).page()
        #expect(page.components(separatedBy: "<script").count == 3)
        #expect(page.components(separatedBy: "</script").count == 3)
        for element in ["<b>", "<!--", "\u{1b}", "\u{0}"] { #expect(!page.contains(element), "\(element)") }
        let text = try data(of: page)
        #expect(!text.contains { "<>&".contains($0) })
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let plots = try #require(json["plots"] as? [[String: Any]])
        let curves = try #require(plots.first { $0["name"] as? String == "processes" }?["curves"] as? [[String: Any]])
        #expect(curves.last?["label"] as? String == "\(name) 101")
    }

    @Test func theDataAreThoseOfTheSamples() throws {
        let text = try data(of: HTMLReport(result: .make(samples: samples)).page())
        let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let times = try #require(json["times"] as? [[Double]])
        let plots = try #require(json["plots"] as? [[String: Any]])
        #expect(plots.map { $0["name"] as? String } == ["memory", "processes", "cpu", "faults"])
        let curves = try #require(plots.first?["curves"] as? [[String: Any]])
        #expect(curves.map { $0["label"] as? String } == ["resident", "in use", "retained", "goal"])
        #expect(curves[0]["values"] as? [Double] == samples.map(\.residentBytes.asDouble))
        #expect(times[try #require(curves[0]["times"] as? Int)] == samples.map(\.seconds))
    }

    @Test func aPageRunsItsOwnScriptAlone() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(ReportScript.text, to: "script")
        let tool = Process()
        let output = Pipe()
        tool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tool.arguments = ["sha256sum", file]
        tool.standardOutput = output
        try tool.run()
        let digits = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).prefix(64)
        tool.waitUntilExit()
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(digits.dropFirst($0).prefix(2), radix: 16) }
        #expect(bytes.count == 32)
        #expect(ReportScript.hash == Data(bytes).base64EncodedString(), "ReportScript.hash has to be that of its text")
        let page = HTMLReport(result: .make(samples: samples)).page()
        #expect(page.contains("script-src 'sha256-\(ReportScript.hash)';"))
        #expect(page.contains("<script>\(ReportScript.text)</script>"))
        #expect(!ReportScript.text.contains("</"))
    }

    @Test func withoutScriptsAllChartsAndTablesAreThere() {
        let page = HTMLReport(result: .make(samples: samples)).page()
        for name in ["memory", "processes", "cpu", "faults"] {
            #expect(page.contains("<section class=\"plot\" data-plot=\"\(name)\">"), "\(name)")
        }
        for text in ["child 101", "program 100", "resident 100 MiB", ">peak 100 MiB<", "scavenger", "major, from disk"]
        {
            #expect(page.contains(text), "\(text)")
        }
        #expect(page.components(separatedBy: "<table").count == 3)
    }

    @Test func theTableHasSamplesAndProcesses() {
        let table = ReportTable(
            columns: [ReportTable.Column(title: "a<", isText: true), ReportTable.Column(title: "b")],
            rows: [[ReportTable.Cell(text: "<x>"), .bytes(ByteCount(2048))], [ReportTable.Cell(text: "y"), .missing]]
        ).markup()
        #expect(table.contains("<th scope=\"col\" class=\"text\">a&lt;</th><th scope=\"col\">b</th>"))
        #expect(table.contains("<tr><td>&lt;x&gt;</td><td data-value=\"2048.0\">2.00 KiB</td></tr>"))
        #expect(table.contains("<tr><td>y</td><td>–</td></tr>"))
    }
}
