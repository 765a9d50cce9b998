import Foundation
import TestSupport
import Testing

/// `pageheap run --maps` with the built command and the built library.
struct RunMapTests {
    let folder: TemporaryFolder

    init() throws {
        _ = try BuiltTool.requireLibrary()
        folder = try TemporaryFolder()
    }

    /// A program that holds 24 MiB with as much free memory between, and ends once it was asked for some maps: then its page's
    /// file is longer for a moment. It has a minute for that.
    private static let program = """
        import os, time
        kept = [bytes(12000) for _ in range(4096)]
        del kept[::2]
        folder = os.environ['PAGEHEAP_STATISTICS_DIRECTORY']
        # The process's earlier programs have a page each.
        numbers = [int(name.split('.')[1]) for name in os.listdir(folder) if name.startswith(f'{os.getpid()}.')]
        page = os.path.join(folder, f'{os.getpid()}.{max(numbers)}')
        count, before, end = 0, False, time.monotonic() + 60
        while count < 6 and time.monotonic() < end:
            time.sleep(0.001)
            kept.append(bytes(2000))
            kept.pop()
            now = os.stat(page).st_size > 65536
            count += before and not now
            before = now
        """

    private func run(_ arguments: [String]) throws -> [String: Any] {
        let outcome = try BuiltTool.run(
            [
                "run", "--quiet", "--maps", "--interval", "20", "--json", folder.file("json"), "--report",
                folder.file("html"), "--",
            ] + arguments, environment: ["PYTHONMALLOC": "malloc"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("json")))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// Both ask the process.
    @Test func mapsAreTakenBesideTheLiveView() throws {
        let terminal = try PseudoTerminal([
            "run", "--live", "--maps", "--interval", "20", "--json", folder.file("json"), "--", "/usr/bin/python3",
            "-S",
            "-c", Self.program,
        ])
        #expect(terminal.end() == 0 && terminal.isGivenBack)
        let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("json")))
        let saved = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let maps = try #require((saved["heapMaps"] as? [String: Any])?["maps"] as? [[String: Any]])
        #expect(maps.count >= 2)
    }

    @Test func theLargestProcessIsMapped() throws {
        let run = try run(["sh", "-c", "/usr/bin/python3 -S -c \"$0\"; exit 0", Self.program])
        let maps = try #require(run["heapMaps"] as? [String: Any])
        let processes = try #require(maps["processes"] as? [[String: Any]])
        #expect((run["settings"] as? [String])?.contains("PAGEHEAP_CONTROL=1") == true)
        let place = try #require(processes.firstIndex { ($0["name"] as? String)?.hasPrefix("python3") == true })
        let all = try #require(maps["maps"] as? [[String: Any]])
        let times = all.compactMap { $0["seconds"] as? Double }
        #expect(times.count == all.count && times == times.sorted())
        #expect(try #require(times.last) <= (try #require(run["wallSeconds"] as? Double)))
        let own = all.filter { $0["process"] as? Int == place }
        // A busy machine may be late for one or the other.
        #expect(own.count >= 2)
        // The last map has the blocks that the program kept.
        let bytes = try #require(own.last?["bytes"] as? [String: Int])
        let held = bytes.filter { $0.key != "released" }.values.reduce(0, +)
        #expect(held > 24 << 20 && held < 96 << 20, "\(bytes)")
        #expect((bytes["half"] ?? 0) + (bytes["full"] ?? 0) + (bytes["sparse"] ?? 0) > 24 << 20, "\(bytes)")
        let page = folder.text(of: "html")
        #expect(page.contains("class=\"card maps\"") && page.contains("<span class=\"map-of\">python3"))
    }

    @Test func aProgramWithoutMapsIsSaidToHaveNone() throws {
        let run = try run(["true"])
        let maps = try #require(run["heapMaps"] as? [String: Any])
        #expect(maps["taken"] as? Int == 0 && (maps["maps"] as? [Any])?.isEmpty == true)
        #expect((run["notes"] as? [String])?.contains { $0.hasPrefix("There is no map of the heap: ") } == true)
        #expect(!folder.text(of: "html").contains("class=\"card maps\""))
    }

    @Test func mapsNeedAFile() throws {
        let outcome = try BuiltTool.run(["run", "--maps", "--", "true"])
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains("--maps needs --report FILE or --json FILE"))
    }
}
