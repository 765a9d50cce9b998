import Foundation
import TestSupport
import Testing

/// Sampled allocations of real programs: the probes for tracers, and the profiles of processes.
@Suite(.needsCompiler)
struct SamplingTests {
    private static let gdb = TestPrograms.find("gdb")
    private static let readelf = TestPrograms.find("readelf") ?? TestPrograms.find("llvm-readelf")
    private static let nm = TestPrograms.find("nm") ?? TestPrograms.find("llvm-nm")

    // MARK: Probes

    @Test(.enabled("no readelf and nm") { readelf != nil && nm != nil })
    func theNotesNameTheProbesAndWhereTheyAre() throws {
        let library = try MallocLibrary.requirePath()
        let notes = try ChildProcess.runTool(try #require(Self.readelf), ["-n", library]).output
        let found = notes.matches(
            of:
                /Provider: (\S+)\s+Name: (\S+)\s+Location: 0x([0-9a-f]+), Base: 0x([0-9a-f]+), Semaphore: 0x0+\s+Arguments: ([^\n]*)/
        )
        #expect(found.map { "\($0.1):\($0.2)" } == ["otel_memory:alloc", "otel_memory:free"], "\(notes)")
        #expect(found.map { $0.5.split(separator: " ").count } == [3, 1])
        let sections = try ChildProcess.runTool(try #require(Self.readelf), ["-S", "-W", library]).output
        let base = try #require(sections.firstMatch(of: /\.stapsdt\.base\s+PROGBITS\s+([0-9a-f]+)/))
        let names = try ChildProcess.runTool(try #require(Self.nm), [library]).output
        for (note, function) in zip(found, ["pageheap_probe_allocated", "pageheap_probe_freed"]) {
            let place = try #require(
                names.split(separator: "\n").first { $0.hasSuffix(" \(function)") }?.split(separator: " ").first)
            let offset = try #require(UInt64(note.3, radix: 16)) - (try #require(UInt64(note.4, radix: 16)))
            #expect(UInt64(place, radix: 16) == UInt64(base.1, radix: 16).map { $0 + offset }, "\(function)")
        }
    }

    /// A debugger takes the probes as a tracer does: from the notes alone.
    @Test(.enabled("no gdb") { gdb != nil })
    func aDebuggerStopsAtTheProbesAndReadsTheirArguments() throws {
        let commands = [
            "set startup-with-shell off", "set environment LD_PRELOAD \(try MallocLibrary.requirePath())",
            "set environment PAGEHEAP_SAMPLE_BYTES 1", "set confirm off", "break main", "run",
            "info probes stap otel_memory",
            "break -probe-stap otel_memory:alloc if $_probe_arg1 == 3333333", "continue",
            "printf \"allocated %lu %lu of %d\\n\", $_probe_arg1, $_probe_arg2, $_probe_argc",
            "set $block = $_probe_arg0", "break -probe-stap otel_memory:free if $_probe_arg0 == $block", "continue",
            "printf \"freed %d of %d\\n\", $_probe_arg0 == $block, $_probe_argc", "continue",
        ]
        let outcome = try ChildProcess.runTool(
            try #require(Self.gdb),
            ["-q", "-nx", "-batch"] + commands.flatMap { ["-ex", $0] }
                + ["--args", try TestPrograms.program("profile"), "one"])
        #expect(outcome.output.contains("allocated 3333333 3333333 of 3\n"), "\(outcome)")
        #expect(outcome.output.contains("freed 1 of 1\n"), "\(outcome)")
        #expect(outcome.output.contains("exited normally"), "\(outcome)")
        #expect(outcome.output.matches(of: #/stap +otel_memory +(alloc|free) /#).count >= 2, "\(outcome)")
    }

    // MARK: Profiles

    /// The lines of the profiles that a program leaves, one list for each process.
    private func profiles(
        of program: String, _ arguments: [String], bytes: UInt64, _ more: [String: String] = [:]
    ) throws -> [[Substring]] {
        let folder = try TemporaryFolder()
        var environment = ["PAGEHEAP_PROFILE_DIRECTORY": folder.path, "PAGEHEAP_SAMPLE_BYTES": "\(bytes)"]
        environment.merge(more) { $1 }
        let outcome = try ChildProcess.run(program, arguments, environment: environment)
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
        return folder.names.map { folder.text(of: $0).split(separator: "\n") }
    }

    @Test(arguments: ["0", "1", "2"])
    func aProfileHasTheBlocksInUseAndTheirCallers(hardening: String) throws {
        let program = try TestPrograms.program("profile")
        let all = try profiles(of: program, ["hold"], bytes: 1, ["PAGEHEAP_HARDENING": hardening])
        #expect(all.count == 1)
        let lines = try #require(all.first)
        #expect(lines.first == "pageheap-profile 1" && lines.last == "end")
        #expect(lines.contains("mean 1") && lines.contains("refused 0") && lines.contains("program \(program)"))
        let blocks = lines.filter { $0.hasPrefix("block ") && $0.contains(" 1000 1000 ") }
        #expect(blocks.count == 100, "\(blocks.count)")
        #expect(!lines.contains { $0.hasPrefix("block ") && $0.contains(" 5000 5000 ") })
        // All of them from one stack, which goes through the program's code.
        let stacks = Set(blocks.map { $0.split(separator: " ")[1] })
        #expect(stacks.count == 1)
        let stack = try #require(lines.first { $0.hasPrefix("stack \(stacks.first ?? "") ") }).split(separator: " ")
        #expect(stack[2] == "100000" && stack[3] == "100")
        let ranges = lines.filter { $0.hasPrefix("mapping ") && $0.hasSuffix(program) && $0.contains("x") }.compactMap {
            line -> Range<UInt64>? in
            let ends = line.split(separator: " ")[1].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            return ends.count == 2 ? ends[0]..<ends[1] : nil
        }
        let frames = stack.dropFirst(4).compactMap { UInt64($0, radix: 16) }
        #expect(frames.filter { frame in ranges.contains { $0.contains(frame) } }.count >= 2, "\(stack)")
        let dropped = try #require(lines.first { $0.hasPrefix("stack ") && $0.contains(" 500000 100 ") })
        #expect(dropped.split(separator: " ").count > 5)
    }

    /// The kernel sends a signal for a write beyond the limit, which would end the program.
    @Test func aLimitOnFilesDoesNotEndTheProgram() throws {
        let folder = try TemporaryFolder()
        let outcome = try ChildProcess.run(
            "/bin/sh", ["-c", "ulimit -f 8; exec \"$0\" hold", try TestPrograms.program("profile")],
            environment: ["PAGEHEAP_PROFILE_DIRECTORY": folder.path, "PAGEHEAP_SAMPLE_BYTES": "1"])
        #expect(outcome.succeeded, "\(outcome)")
        #expect(folder.names.map { folder.text(of: $0).utf8.count } == [4096])
        #expect(outcome.errors == Self.missingProfile)
    }

    private static let missingProfile =
        "pageheap: this process could not write its profile in full to the folder of PAGEHEAP_PROFILE_DIRECTORY\n"

    /// Later, the descriptor of standard error may be a file of the program's own.
    @Test(arguments: [("", missingProfile), ("exec 2> own;", "")])
    func aProfileThatCannotBeWrittenIsReportedWhereErrorsWentAtFirst(change: String, report: String) throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("profiles"), withIntermediateDirectories: false)
        // Bash calls exit, which Debian's sh does not. The program that removes the folder is not on PageHeap.
        let outcome = try ChildProcess.run(
            "/bin/bash", ["-c", "cd '\(folder.path)'; env -i /bin/rmdir profiles; \(change) :"],
            environment: ["PAGEHEAP_PROFILE_DIRECTORY": folder.file("profiles")])
        #expect(outcome.succeeded && outcome.errors == report, "\(outcome)")
        #expect(folder.text(of: "own").isEmpty && folder.names == (change.isEmpty ? [] : ["own"]))
    }

    @Test func blocksThatPinPagesAreKnown() throws {
        let all = try profiles(of: try TestPrograms.program("profile"), ["pin"], bytes: 1)
        let pinned = try #require(all.first).filter { $0.hasPrefix("block ") && $0.contains(" 256 256 ") }
            .compactMap { $0.split(separator: " ").last.flatMap { UInt64($0) } }
        #expect(pinned.count == 32)
        // 3,840 bytes each, once the threads' caches have given back what they hold; before that, blocks in caches share
        // some pages.
        #expect(pinned.filter { $0 == 3840 }.count > 8, "\(pinned)")
    }

    @Test(arguments: [1, 4096] as [UInt64])
    func threadsAndChildrenHaveWholeProfiles(bytes: UInt64) throws {
        let all = try profiles(of: try TestPrograms.program("profile"), ["busy", "\(Check.seed)"], bytes: bytes)
        #expect(all.count == 1 + 4 * 4, "PAGEHEAP_SEED=\(Check.seed)")
        for lines in all {
            #expect(lines.first == "pageheap-profile 1" && lines.last == "end", "PAGEHEAP_SEED=\(Check.seed)")
        }
        #expect(Set(all.compactMap { $0.first { $0.hasPrefix("process ") } }).count == all.count)
        if bytes == 1 {
            // A child has its own blocks, not its parent's: 64 of 100 bytes.
            let own = all.count { lines in lines.count { $0.hasPrefix("block ") && $0.contains(" 100 100 ") } == 64 }
            #expect(own == 4 * 4, "PAGEHEAP_SEED=\(Check.seed)")
        }
    }

    @Test(.enabled("no python3") { TestPrograms.find("python3") != nil })
    func pythonHasAProfile() throws {
        let script =
            "import threading\nkept = [bytes(1000) for _ in range(5000)]\n"
            + "t = threading.Thread(target=lambda: kept.append(bytes(10**6))); t.start(); t.join()\n"
            + "import ctypes; ctypes.CDLL(None).exit(0)"
        let all = try profiles(of: "python3", ["-c", script], bytes: 4096, ["PYTHONMALLOC": "malloc"])
        let lines = try #require(all.first { $0.contains { $0.hasPrefix("program ") && $0.contains("python") } })
        #expect(lines.last == "end")
        let weights = lines.filter { $0.hasPrefix("block ") }.compactMap { UInt64($0.split(separator: " ")[3]) }
        // 6 MB and what Python itself holds, in some 1,500 samples and more.
        #expect(weights.count > 800 && weights.reduce(0, +) > 4_000_000)
    }

    /// The command, from the run to names in the file, which it takes from the program's symbols.
    @Test func aRunOfTheCommandHasNames() throws {
        let folder = try TemporaryFolder()
        let program = try TestPrograms.program("profile")
        func run(_ name: String, _ check: String) throws -> String {
            let outcome = try ChildProcess.runTool(
                BuildProducts.path(of: "pageheap"),
                [
                    "run", "--quiet", "--library", try MallocLibrary.requirePath(), "--profile", folder.file(name),
                    "--profile-bytes", "1", "--", program, check,
                ])
            #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
            return folder.text(of: name)
        }
        let inUse = try run("a.folded", "hold").split(separator: "\n")
        let held = try #require(inUse.first { $0.contains(";hold_here ") })
        #expect(held.hasPrefix("profile [") && held.hasSuffix(" 100000") && held.contains(";main;"), "\(held)")
        #expect(!inUse.contains { $0.contains("drop_here") || $0.contains("pageheap") })
        #expect(try run("a.alloc.folded", "hold").contains(";drop_here 500000\n"))
        #expect(try run("a.pinned.folded", "pin").contains(";pin_here "))
        #expect(try run("a.pb.gz", "hold").isEmpty == false)
    }

    @Test func noProfileIsWrittenForWhoAsksForNone() throws {
        let all = try profiles(of: try TestPrograms.program("profile"), ["hold"], bytes: 0)
        #expect(all.isEmpty)
    }
}
