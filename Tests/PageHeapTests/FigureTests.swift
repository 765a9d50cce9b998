import CPageHeapInterface
import Foundation
import PageHeapFigures
import Testing

struct FigureTests {
    private func file(_ path: String) throws -> String {
        let place = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../" + path).standardized
        return try String(contentsOf: place, encoding: .utf8)
    }

    @Test func theListHasEveryFieldOfTheStructureInOrder() throws {
        let header = try file("Sources/CPageHeapInterface/include/pageheap.h")
        let body = try #require(header.firstMatch(of: /struct pageheap_statistics \{(?s:(.*?))\n\};/)?.1)
        let names = body.matches(of: /uint64_t ([a-z0-9_]+);/).map { String($0.1) }
        #expect(names == ["size"] + Figure.all.map(\.name))
        for (index, figure) in Figure.all.enumerated() {
            #expect(MemoryLayout<pageheap_statistics>.offset(of: figure.field) == 8 + 8 * index, "\(figure.name)")
        }
        // The rest are the counts of holds.
        #expect(MemoryLayout<pageheap_statistics>.size == 8 + 8 * Figure.all.count + 2 * 32 * 4)
    }

    @Test func namesSayTheUnitAndWhetherItIsATotal() {
        let all = Figure.all
        for figure in all {
            #expect(figure.name.wholeMatch(of: /[a-z]+(_[a-z0-9]+)*/) != nil)
            #expect(figure.name.hasSuffix(figure.kind == .counter ? "_total" : "") && figure.meaning.hasSuffix("."))
            let stem = figure.kind == .counter ? String(figure.name.dropLast("_total".count)) : figure.name
            #expect(figure.unit == .count || stem.hasSuffix("_\(figure.unit.rawValue)"), "\(figure.name)")
        }
        for names in [all.map(\.name), all.compactMap(\.property), all.compactMap(\.traceKey)] {
            #expect(Set(names).count == names.count)
        }
    }

    @Test func theDocumentationHasTheSameTable() throws {
        let rows = try file("Documentation/figures.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        let expected = Figure.all.map { figure in
            let series = figure.metric.map { metric in
                let dimensions = metric.dimensions.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
                return "`\(metric.name)\(dimensions.isEmpty ? "" : "{\(dimensions)}")`"
            }
            let cells = [
                "`\(figure.name)`", figure.kind.rawValue, figure.unit.rawValue, figure.meaning,
                figure.property.map { "`\($0)`" } ?? "", series ?? "", figure.traceKey.map { "`\($0)`" } ?? "",
            ]
            return "| \(cells.joined(separator: " | ")) |"
        }
        #expect(rows.map(String.init) == expected)
    }
}
