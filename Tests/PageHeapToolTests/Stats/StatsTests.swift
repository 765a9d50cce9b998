import CPageHeap
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
            ProcessStatus(parsing: Array(status.utf8)).ownIdentifier
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

    @Test func aNameWithLineEndsIsWhole() throws {
        let text = "import time; open('/proc/self/comm', 'w').write('ab\\ncd\\n'); time.sleep(60)"
        let program = try BuiltTool(["-S", "-c", text], program: "/usr/bin/python3")
        defer { program.process.terminate() }
        #expect(eventually { LibraryCensus.name(of: program.process.processIdentifier) == "ab\ncd\n" })
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

    @Test func filesOfEndedProcessesAreRemovedAndNoOthers() throws {
        var status = stat()
        try #require(stat("/proc/self/ns/pid", &status) == 0)
        let folder = try TemporaryFolder()
        func write(_ process: Int32, _ name: String, _ change: (inout pageheap_statistics_page) -> Void = { _ in })
            throws
        {
            var page = StatisticsPageTests.page(process: process)
            page.process_namespace = UInt64(status.st_ino)
            change(&page)
            _ = try folder.write(StatisticsPageTests.bytes(of: page), to: name)
        }
        let living = ProcessInfo.processInfo.processIdentifier
        let ended = Int32.max
        for program in 0..<3 { try write(ended, "\(ended).\(program)") }
        // Their processes were killed while they made them.
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: -100)]
        for (program, size) in [(9, 0), (10, 100)] {
            let path = try folder.write([UInt8](repeating: 0, count: size), to: "\(ended).\(program)")
            try FileManager.default.setAttributes(old, ofItemAtPath: path)
        }
        try write(living, "\(living).0")
        try write(1, "1.0")
        var kept = ["\(living).0", "1.0"]
        try write(ended, "\(ended).3") { $0.process_namespace += 1 }
        try write(ended, "\(ended).4") { $0.process_namespace = 0 }
        try write(ended, "\(ended).5") { $0.version += 1 }
        try write(living, "\(ended).6")
        try write(ended, "\(ended).log")
        _ = try folder.write("", to: "\(ended).7")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("\(ended).8"), withDestinationPath: folder.file("nothing"))
        kept += ["3", "4", "5", "6", "7", "8", "log"].map { "\(ended).\($0)" }
        let outcome = try BuiltTool.run(["stats", "--remove-ended", folder.path])
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
        let text = "removed 5 files of ended processes; 2 of running ones are left; 1 cannot be read; "
        #expect(outcome.output == text + "5 of other containers or versions, or not PageHeap's\n")
        #expect(Set(folder.names) == Set(kept))
        let none = try BuiltTool.run(["stats", "--remove-ended", folder.file("none")])
        #expect(none.code == 66 && none.errors.contains("cannot read the folder"), "\(none)")
        let both = try BuiltTool.run(["stats", "--remove-ended", folder.path, "1"])
        #expect(both.code == 64, "\(both)")
        #expect(try BuiltTool.run(["stats"]).code == 64)
    }
}
