import CPageHeap
import CPageHeapInterface
import Foundation
import PageHeapFigures
import TestSupport
import Testing

/// The statistics page, by which a process reports on its heap to other processes.
@Suite(.needsCompiler)
struct StatisticsPageTests {
    private func start(_ check: String, _ folder: TemporaryFolder) throws -> ChildProcess {
        try ChildProcess(
            try TestPrograms.program("statistics"), [check, "\(Check.seed)"],
            environment: ["PAGEHEAP_STATISTICS_DIRECTORY": folder.path], preload: try MallocLibrary.requirePath())
    }

    private func expectSound(_ figures: pageheap_statistics) {
        let accounted =
            figures.in_use_bytes + figures.cached_bytes + figures.free_retained_bytes + figures.released_bytes
            + figures.released_in_use_bytes
        #expect(accounted == figures.system_bytes, "\(figures)")
        #expect(figures.live_bytes <= figures.in_use_bytes + figures.released_in_use_bytes, "\(figures)")
        #expect(figures.system_bytes < 1 << 36 && figures.metadata_bytes < 1 << 30, "\(figures)")
    }

    @Test func thePageAndTheInterfaceHaveTheSameFigures() throws {
        let folder = try TemporaryFolder()
        let child = try ChildProcess(
            try TestPrograms.program("statistics"), ["figures", "\(Check.seed)"],
            environment: ["PAGEHEAP_STATISTICS_DIRECTORY": folder.path, "PAGEHEAP_SCAVENGER": "off"],
            preload: try MallocLibrary.requirePath())
        let count = MemoryLayout<pageheap_statistics>.size / 8
        #expect(eventually { child.outputSoFar.split(separator: "\n").count == count })
        let words = child.outputSoFar.split(separator: "\n").compactMap { UInt64($0) }
        let page = try #require(try StatisticsPageFile(folder.file("\(child.identifier).0")).figures)
        try #require(words.count == count)
        #expect(page.size == words[0] && Int(page.size) == count * 8)
        for (index, figure) in Figure.all.enumerated() {
            // The clock goes on between the page's last change and the call.
            if figure.name == "age_nanoseconds" {
                #expect(page[keyPath: figure.field] <= words[index + 1])
            } else {
                #expect(page[keyPath: figure.field] == words[index + 1], "\(figure.name)")
            }
        }
        #expect(child.end().succeeded)
    }

    @Test func theFiguresAgreeWithEachOtherAtAnyMoment() throws {
        let folder = try TemporaryFolder()
        let child = try start("hammer", folder)
        let name = "\(child.identifier).0"
        #expect(eventually { folder.names == [name] })
        let page = try StatisticsPageFile(folder.file(name))
        #expect(eventually { page.header.magic == StatisticsPageFile.magic })
        #expect(page.header.version == PAGEHEAP_STATISTICS_VERSION)
        #expect(page.header.process_identifier == UInt32(child.identifier))
        #expect(Int(page.header.size) == MemoryLayout<pageheap_statistics_page>.size)
        #expect(eventually { page.header.sequence > 100 })
        var seen = 0
        for _ in 0..<20_000 {
            guard let figures = page.figures else { continue }
            seen += 1
            expectSound(figures)
        }
        #expect(seen > 0)
        let outcome = child.end()
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }

    @Test func aForkedChildHasAPageOfItsOwn() throws {
        let folder = try TemporaryFolder()
        let parent = try start("family", folder)
        #expect(eventually { parent.outputSoFar.split(separator: "\n").count == 2 })
        var identifiers: [Substring: Substring] = [:]
        for line in parent.outputSoFar.split(separator: "\n") {
            let words = line.split(separator: " ")
            identifiers[words[0]] = words[1]
        }
        let child = try #require(identifiers["child"])
        #expect(identifiers["parent"] == "\(parent.identifier)")
        #expect(folder.names == ["\(parent.identifier).0", "\(child).0"].sorted())
        let pages = try [String(parent.identifier), String(child)].map {
            try StatisticsPageFile(folder.file("\($0).0"))
        }
        let figures = try pages.map { try #require($0.figures) }
        for each in figures { expectSound(each) }
        #expect(pages[1].header.process_identifier == UInt32(child))
        // The figures lag by what the caches hold.
        #expect(figures[0].in_use_bytes >= figures[1].in_use_bytes + 49 << 20)
        let outcome = parent.end()
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }

    @Test func anExecutedProgramHasAPageOfItsOwn() throws {
        let folder = try TemporaryFolder()
        let child = try start("executed", folder)
        #expect(eventually { !child.outputSoFar.isEmpty })
        // The executed program has removed its predecessor's.
        #expect(folder.names == ["\(child.identifier).0"])
        let page = try StatisticsPageFile(folder.file("\(child.identifier).0"))
        #expect(page.header.magic == StatisticsPageFile.magic)
        expectSound(try #require(page.figures))
        #expect(child.end().succeeded)
    }
}
