import Foundation
import Testing

/// Every name of the library can be reached by a client that has the same name for something of its own.
struct NameTests {
    /// The public types and protocols that are not inside another one, from the library's sources.
    private static func topLevelNames() throws -> [String] {
        let folder = SnippetCompiler.sources.appending(path: "PageHeap")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "swift" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8)
                .matches(of: /(?m)^public (?:final )?(?:actor|class|enum|protocol|struct|typealias) (\w+)/)
                .map { String($0.output.1) }
        }.sorted()
    }

    @Test func aClientWithTheSameNamesReachesAllOfThem() throws {
        let names = try Self.topLevelNames()
        #expect(names.contains("PagedHeap") && names.contains("PageRun") && names.contains("Arena"))
        // The module's own name for a type would hide the module, and with it all other names.
        #expect(!names.contains("PageHeap"))
        let own = names.map { "struct \($0) {}" }
        let theirs = names.map { name in
            name == "ScavengedHeap" ? "let _: any PageHeap.\(name).Type" : "let _: PageHeap.\(name).Type"
        }
        let text = """
            import PageHeap
            \(own.joined(separator: "\n"))
            func reach() throws {
                \(theirs.joined(separator: "\n    "))
                let heap = try PageHeap.PagedHeap(scavenger: try PageHeap.Scavenger())
                var arena = PageHeap.Arena(heap: heap)
                let slot: PageHeap.Arena.Slot<Int> = try arena.insert(1)
                let run: PageHeap.PageRun = try heap.allocate(pageCount: arena[slot])
                run.release()
                _ = (Arena(), PagedHeap())
            }

            """
        let found = try SnippetCompiler.complaints(text)
        #expect(found == nil)
    }
}
