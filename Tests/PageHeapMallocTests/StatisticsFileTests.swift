import CPageHeap
import Foundation
import TestSupport
import Testing

/// Who makes the file of a process's statistics page, and who removes it.
@Suite(.needsCompiler)
struct StatisticsFileTests {
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

    /// Runs a script, in Python, that is not on PageHeap and has a function `page`, which returns the bytes of a page.
    /// - Parameter settings: assignments, for the script's environment.
    private func script(_ text: String, pages: TemporaryFolder, settings: String = "") throws -> ChildProcess.Outcome {
        func offset(_ field: PartialKeyPath<pageheap_statistics_page>) throws -> Int {
            try #require(MemoryLayout<pageheap_statistics_page>.offset(of: field))
        }
        let fields =
            try "{'I': (\(offset(\.version)), \(offset(\.process_identifier))), 'Q': (\(offset(\.process_namespace)),)}"
        let start = """
            import os, struct, subprocess, sys
            folder, library, bytes = sys.argv[1], sys.argv[2], bytearray(sys.stdin.buffer.read())
            os.environ['PAGEHEAP_STATISTICS_DIRECTORY'] = folder
            own = os.stat('/proc/self/ns/pid').st_ino
            def page(process, space=own, version=\(PAGEHEAP_STATISTICS_VERSION)):
                fields = \(fields)
                for kind, values in ('I', (version, process)), ('Q', (space,)):
                    for place, value in zip(fields[kind], values): struct.pack_into(kind, bytes, place, value)
                return bytes

            """
        var page = pageheap_statistics_page()
        page.magic = StatisticsPageFile.magic
        let folder = try TemporaryFolder()
        let file = try folder.write(withUnsafeBytes(of: page) { Array($0) }, to: "page")
        return try ChildProcess.runTool(
            "/bin/sh",
            [
                "-c", "\(settings) exec /usr/bin/python3 -S -c \"$0\" \"$1\" \"$2\" < \"$3\"", start + text, pages.path,
                try MallocLibrary.requirePath(), file,
            ])
    }

    /// A page with this process's identifier is a predecessor's if it is of the same namespace; otherwise it may be that of a
    /// process that runs in another container.
    @Test(arguments: [true, false])
    func onlyAPredecessorsFileIsReplaced(isOfThisNamespace: Bool) throws {
        let pages = try TemporaryFolder()
        let outcome = try script(
            """
            process = os.getpid()
            open(folder + '/%d.0' % process, 'wb').write(page(process, own + \(isOfThisNamespace ? 0 : 1)))
            os.environ['LD_PRELOAD'] = library
            os.execv('/bin/ls', ['ls', folder])
            """, pages: pages)
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
        let names = outcome.output.split(separator: "\n")
        #expect(names.count == (isOfThisNamespace ? 1 : 2) && names[0].hasSuffix(".0"), "\(outcome)")
        #expect(pages.names.count == names.count - 1)
    }

    /// One process in 64 removes them, as its identifier decides.
    @Test(arguments: [false, true])
    func pagesOfEndedProcessesAreRemovedUnlessTheyAreToBeKept(areKept: Bool) throws {
        let pages = try TemporaryFolder()
        let outcome = try script(
            """
            ended = 2**31 - 1
            def write(name, content): open(folder + '/' + name, 'wb').write(content)
            for name, process in {'log': 1, '1.0': 1, '%d.3' % ended: 2}.items(): write(name, page(process))
            for name in '%d', '%d.', '%d.0.0', '0%d.0', '%d.x', '%d9.0', '-%d.0': write(name % ended, page(ended))
            write('%d.4' % ended, page(ended, own + 1))
            write('%d.5' % ended, page(ended, version=1))
            write('%d.6' % ended, page(ended)[:20])
            os.symlink('log', folder + '/%d.7' % ended)
            os.mkdir(folder + '/%d.8' % ended)
            kept = os.listdir(folder)
            for program in 0, 1, 2, 10: write('%d.%d' % (ended, program), page(ended))
            assert len(os.listdir(folder)) == len(kept) + 4
            while True:
                child = subprocess.Popen(['/bin/true'], env=dict(os.environ, LD_PRELOAD=library))
                assert child.wait() == 0
                if (child.pid * 2654435769 & 0xffffffff) >> 26 == 0: break
            print(len(os.listdir(folder)) - len(kept), set(kept) <= set(os.listdir(folder)))
            """, pages: pages, settings: "PAGEHEAP_STATISTICS_KEEP=\(areKept ? 1 : 0)")
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
        // Those that are to be kept include the processes' own.
        let left = outcome.output.split(separator: " ").first.flatMap { Int($0) } ?? -1
        #expect(areKept ? left > 4 : left == 0, "\(outcome)")
        #expect(outcome.output.hasSuffix("True\n"), "\(outcome)")
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
