import Foundation
import PageHeapFigures
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct StatsTests {
    private var snapshot: ProcessSnapshot {
        var heap = HeapFigures()
        for (index, figure) in Figure.all.enumerated() { heap[figure.field] = UInt64(1 << 20 + index) }
        heap[\.memory_limit_bytes] = .max
        return ProcessSnapshot(process: 12, name: "a \"b\"\n\\", resident: ByteCount(5 << 20), heap: heap)
    }

    @Test func prometheusTextHasEachSeriesOnceAndItsMetricsTogether() throws {
        let lines = PrometheusText(snapshot).text().split(separator: "\n")
        let names = lines.filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != "{" } }
        var runs: [Substring] = []
        for name in names where runs.last != name { runs.append(name) }
        #expect(Set(runs).count == runs.count)
        #expect(lines.count { $0.hasPrefix("# TYPE") } == runs.count)
        #expect(lines.allSatisfy { $0.hasPrefix("#") || $0.contains(#"{pid="12",name="a \"b\"\n\\""#) })
        #expect(lines.contains { $0.hasPrefix("pageheap_memory_bytes{") && $0.contains("state=\"in_use\"} ") })
        #expect(!lines.contains { $0.hasPrefix("pageheap_memory_limit_bytes{") })
        for line in lines where line.hasPrefix("# TYPE") {
            #expect(line.hasSuffix(" counter") == line.contains("_total "), "\(line)")
        }
    }

    @Test func theTextHasEveryFigure() {
        let style = TerminalStyle(width: 80, hasColour: false, hasUnicode: true)
        let text = SnapshotText(snapshot: snapshot, style: style).text()
        #expect(text.split(separator: "\n").count == Figure.all.count + 2)
        #expect(text.contains("  memory limit "))
        #expect(!text.contains("\u{1b}"))
    }

    @Test func theIdentifierInANamespaceIsTheLastOne() {
        func ownIdentifier(_ status: String) -> Int32? {
            ProcessStatus(parsing: Array("Uid:\t0\t0\t0\t0\n\(status)".utf8))?.ownIdentifier
        }
        #expect(ownIdentifier("Name:\tx\nNSpid:\t4711\t12\t1\n") == 1)
        #expect(ownIdentifier("Name:\tx\n") == nil)
    }

    @Test func aRunningProgramIsShown() throws {
        _ = try BuiltTool.requireLibrary()
        let folder = try TemporaryFolder()
        let script =
            "echo $$ > '\(folder.file("new"))'; mv '\(folder.file("new"))' '\(folder.file("pid"))'; exec sleep 60"
        let tool = try BuiltTool(["run", "--quiet", "--", "sh", "-c", script])
        defer { tool.process.terminate() }
        #expect(eventually { FileManager.default.fileExists(atPath: folder.file("pid")) })
        let process = folder.text(of: "pid").trimmingCharacters(in: .whitespacesAndNewlines)
        // The shell has executed sleep, and sleep has published.
        var outcome = try BuiltTool.run(["stats", "--json", process])
        #expect(
            eventually {
                guard let again = try? BuiltTool.run(["stats", "--json", process]) else { return false }
                outcome = again
                return outcome.output.contains("\"name\" : \"sleep\"")
            }, "\(outcome)")
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        #expect((object?["residentBytes"] as? Int ?? 0) > 100_000)
        #expect((object?["heap"] as? [String: Any])?.count == Figure.all.count)
        #expect(try BuiltTool.run(["stats", process]).output.hasPrefix("sleep, process \(process)\n"))
        #expect(
            try BuiltTool.run(["stats", "--prometheus", process]).output.contains("# TYPE pageheap_system_bytes gauge"))
    }

    @Test(arguments: [
        ("0", 64, "is not the identifier"), ("x", 64, "x"), ("2147483647", 66, "there is no process 2147483647"),
        ("\(ProcessInfo.processInfo.processIdentifier)", 66, "does not run on PageHeap"),
    ])
    func whatIsNoProcessOnPageHeapIsRefusedInOneLine(argument: String, code: Int32, part: String) throws {
        let outcome = try BuiltTool.run(["stats", argument])
        #expect(outcome.code == code)
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.output.isEmpty)
    }
}
