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

    // MARK: Who removes the file

    @Test func theFileGoesWithItsProcess() throws {
        let folder = try TemporaryFolder()
        let outcome = try ChildProcess.run(
            try TestPrograms.program("entry_points"), ["zero"],
            environment: ["PAGEHEAP_STATISTICS_DIRECTORY": folder.path])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
        #expect(folder.names.isEmpty, "\(folder.names)")
    }

    @Test func filesStayIfTheyAreToBeKept() throws {
        let folder = try TemporaryFolder()
        let child = try ChildProcess(
            try TestPrograms.program("statistics"), ["executed", "\(Check.seed)"],
            environment: ["PAGEHEAP_STATISTICS_DIRECTORY": folder.path, "PAGEHEAP_STATISTICS_KEEP": "1"],
            preload: try MallocLibrary.requirePath())
        #expect(eventually { !child.outputSoFar.isEmpty })
        let outcome = child.end()
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
        #expect(folder.names == ["\(child.identifier).0", "\(child.identifier).1"])
    }

    /// A child that has not touched the heap has no page, and must not remove its parent's. Nor may a process remove another file
    /// that has taken the place of its own.
    @Test(arguments: [
        "print(len(os.listdir(folder))); child = os.fork(); child or sys.exit(); os.waitpid(child, 0)",
        "os.rename(page, page + '.mine'); open(page, 'w').close(); os.unlink(page + '.mine'); print(1)",
        "os.unlink(page); os.mkfifo(page); print(1)", "os.unlink(page); os.mkdir(page); print(1)",
    ])
    func noOtherFileIsRemoved(what: String) throws {
        let folder = try TemporaryFolder()
        let text = """
            import os, sys
            folder = os.environ['PAGEHEAP_STATISTICS_DIRECTORY']
            page = folder + '/%d.0' % os.getpid()
            assert os.path.exists(page)
            \(what)
            print(len(os.listdir(folder)))
            """
        let outcome = try ChildProcess.run(
            "/usr/bin/python3", ["-S", "-c", text], environment: ["PAGEHEAP_STATISTICS_DIRECTORY": folder.path])
        #expect(outcome.succeeded && outcome.errors.isEmpty && outcome.output == "1\n1\n", "\(outcome)")
        #expect(folder.names.isEmpty == what.contains("fork"))
    }

    /// A page with this process's identifier is a predecessor's if it is of the same namespace; otherwise it may be that of a
    /// process that runs in another container.
    @Test(arguments: [true, false])
    func onlyAPredecessorsFileIsReplaced(isOfThisNamespace: Bool) throws {
        let folder = try TemporaryFolder()
        var page = pageheap_statistics_page()
        page.magic = StatisticsPageFile.magic
        page.version = UInt32(PAGEHEAP_STATISTICS_VERSION)
        let text = """
            import os, struct, sys
            page = bytearray(sys.stdin.buffer.read())
            struct.pack_into('I', page, \(MemoryLayout.offset(of: \pageheap_statistics_page.process_identifier) ?? 0), os.getpid())
            space = os.stat('/proc/self/ns/pid').st_ino + \(isOfThisNamespace ? 0 : 1)
            struct.pack_into('Q', page, \(MemoryLayout.offset(of: \pageheap_statistics_page.process_namespace) ?? 0), space)
            folder = sys.argv[1]
            open(folder + '/%d.0' % os.getpid(), 'wb').write(page)
            os.environ['PAGEHEAP_STATISTICS_DIRECTORY'] = folder
            os.environ['LD_PRELOAD'] = sys.argv[2]
            os.execv('/bin/ls', ['ls', folder])
            """
        let file = try folder.write(withUnsafeBytes(of: page) { Array($0) }, to: "page")
        let pages = try TemporaryFolder()
        let outcome = try ChildProcess.runTool(
            "/bin/sh",
            [
                "-c", "exec /usr/bin/python3 -S -c \"$0\" \"$1\" \"$2\" < \"$3\"", text, pages.path,
                try MallocLibrary.requirePath(), file,
            ])
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
        let names = outcome.output.split(separator: "\n")
        #expect(names.count == (isOfThisNamespace ? 1 : 2) && names[0].hasSuffix(".0"), "\(outcome)")
        #expect(pages.names.count == names.count - 1)
    }

    @Test func aFileThatCannotBeMadeIsNotLeft() throws {
        let folder = try TemporaryFolder()
        let settings =
            "LD_PRELOAD=\(try MallocLibrary.requirePath()) PAGEHEAP_STATISTICS_DIRECTORY=\(folder.path) PAGEHEAP_STATISTICS_KEEP=1"
        // The limit is not for what the program says.
        let outcome = try ChildProcess.runTool(
            "/bin/sh",
            [
                "-c", "(ulimit -f 0; exec env \(settings) \"$0\" zero 2>&1) | cat",
                try TestPrograms.program("entry_points"),
            ])
        #expect(outcome.succeeded && outcome.output.contains("the limit on the size of files is too low"), "\(outcome)")
        #expect(folder.names.isEmpty, "\(folder.names)")
    }
}
