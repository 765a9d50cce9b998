import Foundation
import TestSupport
import Testing

@testable import PageHeapTool

/// The forms in which a run is saved, against their documentation.
struct SavedFormTests {
    let samples: [MemorySample] = [.make(0, 10, inUse: 5, goal: 6), .make(5, 100, inUse: 80)]

    /// Returns the keys in the first column of the table that follows a heading of the page on the command.
    private func documentedKeys(under heading: String) throws -> [String] {
        let page = try Repository.text(of: "Documentation/command-line.md")
        let start = try #require(page.firstRange(of: heading + "\n"))
        let lines = page[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
        let table = lines.drop { !$0.hasPrefix("| key") }.dropFirst(2).prefix { $0.hasPrefix("|") }
        return table.flatMap { row in
            // Every other part of the first column is between backquotes.
            row.split(separator: "|")[0].split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        }
    }

    @Test func everyKeyIsDocumented() throws {
        let object = try JSONSerialization.jsonObject(with: Data(RunResult.make(samples: samples).json()))
        let run = try #require(object as? [String: Any])
        #expect(try documentedKeys(under: "### The JSON of a run").sorted() == run.keys.sorted())
        let sample = try #require((run["samples"] as? [[String: Any]])?.first)
        #expect(try documentedKeys(under: "#### A sample").sorted() == sample.keys.sorted())
        let history = try #require(run["processHistory"] as? [String: Any])
        #expect(history.keys.sorted() == ["processes", "seconds"])
        let process = try #require((history["processes"] as? [[String: Any]])?.first)
        #expect(try documentedKeys(under: "#### A process").sorted() == process.keys.sorted())
    }

    @Test func everyKeyOfTheMapsIsDocumented() throws {
        var cells = MapCells(pageBytes: 8192)
        cells.beginRange(at: 1 << 40)
        cells.add([0xff00])
        var series = MapSeries()
        series.append(
            TakenMap(
                process: try #require(ProcessIdentity(of: getpid())), name: "program", seconds: 1, cells: cells))
        var result = RunResult.make(samples: samples)
        result.heapMaps = RunMaps(series)
        let run = try #require(try JSONSerialization.jsonObject(with: Data(result.json())) as? [String: Any])
        let maps = try #require(run["heapMaps"] as? [String: Any])
        let process = try #require((maps["processes"] as? [[String: Any]])?.first)
        let range = try #require((process["ranges"] as? [[String: Any]])?.first)
        let map = try #require((maps["maps"] as? [[String: Any]])?.first)
        let bytes = try #require(map["bytes"] as? [String: Any])
        let keys = [maps, process, range, map, bytes].flatMap { $0.keys }
        #expect(try Set(documentedKeys(under: "#### Maps")) == Set(keys))
        #expect(try JSONDecoder().decode(RunResult.self, from: Data(result.json())) == result)
    }

    @Test func runsThatEarlierVersionsSavedCanBeRead() throws {
        var result = RunResult.make(samples: samples)
        var object = try #require(try JSONSerialization.jsonObject(with: Data(result.json())) as? [String: Any])
        object["processHistory"] = nil
        let list = try #require(object["samples"] as? [[String: Any]])
        object["samples"] = list.map { sample in
            sample.filter {
                !["cpuSeconds", "scavengerCPUSeconds", "minorPageFaults", "majorPageFaults"].contains($0.key)
            }
        }
        let data = try JSONSerialization.data(withJSONObject: object)
        let folder = try TemporaryFolder()
        let file = try folder.write(Array(data), to: "old.json")
        let read = try JSONDecoder().decode(RunResult.self, from: data)
        result.processHistory = ProcessCurves()
        #expect(read.samples.map(\.residentBytes) == result.samples.map(\.residentBytes))
        #expect(read.samples.allSatisfy { $0.use == ProcessUse() && $0.scavengerCPUSeconds == 0 })
        #expect(read.processHistory == ProcessCurves())
        #expect(try BuiltTool.run(["diff", file, file]).code == 0)
    }

    @Test func theTableHasALinePerSampleAndAColumnPerProcess() {
        var result = RunResult.make(samples: samples)
        result.processHistory = .make(samples, name: "a,\"b\n")
        let lines = result.csv().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines == [
                "seconds,residentBytes,inUseBytes,retainedBytes,goalBytes,cpuSeconds,scavengerCPUSeconds,"
                    + "minorPageFaults,majorPageFaults,residentBytes of program 100,\"residentBytes of a,\"\"b  101\"",
                "0.0,10485760,5242880,5242880,6291456,0.0,0.0,0,0,7864320,2621440",
                "5.0,104857600,83886080,83886080,,2.5,0.05,500,0,78643200,", "",
            ])
    }
}
