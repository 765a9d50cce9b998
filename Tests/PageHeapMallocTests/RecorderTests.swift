import Foundation
import PageHeapSimulation
import PageHeapTrace
import TestSupport
import Testing

/// Real programs under the recorder.
@Suite(.serialized, .needsCompiler)
struct RecorderTests {
    /// What the events of large sizes are, without addresses: `malloc 100001`.
    private func words(_ events: [AllocationEvent], atLeast size: UInt64 = 100_000) -> [String] {
        var live: [UInt64: UInt64] = [:]
        return events.compactMap { event in
            switch event.action {
            case .allocate(let block, let bytes, let alignment, let isZeroed):
                live[block] = bytes
                if bytes < size { return nil }
                return "\(isZeroed ? "calloc" : "malloc") \(bytes)"
                    + (alignment == 0 ? "" : " at \(alignment)")
            case .free(let block):
                guard let bytes = live.removeValue(forKey: block), bytes >= size else { return nil }
                return "free \(bytes)"
            case .reallocate(let block, let target, let bytes):
                let old = live.removeValue(forKey: block) ?? 0
                live[target] = bytes
                return max(old, bytes) < size ? nil : "realloc \(old) to \(bytes)"
            case .endThread: return nil
            }
        }
    }

    private static let entryPoints = [
        "malloc 100001", "free 100001", "calloc 100002", "free 100002", "malloc 100003",
        "realloc 100003 to 100004",
        "free 100004", "malloc 100032 at 64", "free 100032", "malloc 100006 at 128", "free 100006",
        "malloc 100007 at 256", "free 100007", "malloc 100008 at 4096", "free 100008",
        "malloc 100009 at 4096",
        "free 100009", "malloc 100010", "free 100010", "malloc 100011", "free 100011", "malloc 100012",
        "free 100012",
    ]

    @Test func eachEntryPointIsRecordedWithItsSize() throws {
        let program = try RecordedProgram.check("entry-points")
        let process = try #require(program.trace.processes.first)
        #expect(words(try program.events(of: process)) == Self.entryPoints)
        #expect(process.name == "recorded" && process.arguments.dropFirst().first == "entry-points")
        #expect(program.trace.losses == TraceLosses())
    }

    @Test func theSameOnPageHeap() throws {
        let program = try RecordedProgram.check("entry-points", preload: [MallocLibrary.requirePath()])
        #expect(
            words(try program.events(of: try #require(program.trace.processes.first))) == Self.entryPoints
        )
    }

    @Test(arguments: [TraceHeader.Clock.processor(cyclesPerSecond: 1_000_000_000), .system])
    func blocksThatThreadsHandToEachOtherAreInOrder(_ clock: TraceHeader.Clock) throws {
        let program = try RecordedProgram.check("threads", clock: clock)
        let check = EventCheck(try program.events(of: try #require(program.trace.processes.first)))
        #expect(check.allocatedTwice == 0 && check.freedUnknown == 0, "PAGEHEAP_SEED=\(Check.seed)")
        #expect(check.threads.count == 5 && check.ended.count == 4)
        #expect(program.trace.losses == TraceLosses())
    }

    @Test func threadsThatEndLeaveTheirSpaceToOthers() throws {
        let program = try RecordedProgram.check("short-threads")
        let process = try #require(program.trace.processes.first)
        let events = try program.events(of: process)
        #expect(words(events, atLeast: 77_777).count == 1000)
        #expect(EventCheck(events).ended.count == 500)
        // Each thread alone would take 16 KiB.
        #expect(program.trace.fileBytes < 500 * 2048)
    }

    @Test func aForkedChildIsAProcessOfItsOwn() throws {
        let program = try RecordedProgram.check("forks")
        let processes = program.trace.processes
        #expect(processes.count == 6)
        let parent = try #require(processes.first)
        for process in processes {
            let events = try program.events(of: process)
            let check = EventCheck(events)
            #expect(check.allocatedTwice == 0, "PAGEHEAP_SEED=\(Check.seed)")
            if process == parent {
                #expect(check.freedUnknown == 0)
                #expect(words(events) == ["malloc 123456", "free 123456"])
            } else {
                // It frees what it has inherited.
                #expect(check.freedUnknown >= 1)
                #expect(
                    process.forkedFrom == parent.number && process.parentIdentifier == parent.identifier)
                #expect(words(events).count == 2)
            }
        }
    }

    @Test func aProgramThatIsExecutedIsAProcessOfItsOwn() throws {
        let program = try RecordedProgram.check("executes")
        let processes = program.trace.processes
        #expect(processes.map { $0.arguments.first }.suffix(2) == ["second program", "third program"])
        for process in processes.suffix(2) {
            #expect(process.forkedFrom == nil)
            #expect(words(try program.events(of: process)) == ["malloc 300002", "free 300002"])
        }
        #expect(
            words(try program.events(of: try #require(processes.first))) == [
                "malloc 300001", "free 300001",
            ])
    }

    @Test func aKilledProgramLosesNothing() throws {
        let program = try RecordedProgram(try TestPrograms.program("recorded"), ["killed"])
        #expect(program.outcome.signal == 9)
        let events = try program.events(of: try #require(program.trace.processes.first))
        #expect(words(events) == (0..<1000).map { "malloc \(400_000 + $0)" })
    }

    @Test func aProgramMayCloseAllDescriptors() throws {
        let program = try RecordedProgram.check("closes")
        let events = try program.events(of: try #require(program.trace.processes.first))
        #expect(events.count > 1_400_000)
        #expect(words(events) == ["malloc 500001", "free 500001"])
        #expect(program.trace.losses == TraceLosses())
    }

    @Test func aFileThatCannotGrowEndsTheRecordingAndNotTheProgram() throws {
        let program = try RecordedProgram(try TestPrograms.program("recorded"), ["limited"])
        #expect(program.outcome.succeeded)
        #expect(program.outcome.errorLines.count == 1, "\(program.outcome)")
        #expect(program.outcome.errors.contains("recording stops, and the program goes on"))
        let losses = program.trace.losses
        #expect(losses.stoppedProcesses == 1 && losses.stopReason == EFBIG && !losses.isComplete)
        #expect(try program.events(of: try #require(program.trace.processes.first)).count > 10_000)
    }

    @Test func signalHandlersMayAllocate() throws {
        let program = try RecordedProgram.check("signals")
        let events = try program.events(of: try #require(program.trace.processes.first))
        #expect(words(events).count == 4000)
    }

    @Test(.enabled("no nm") { TestPrograms.find("nm") != nil })
    func exactlyTheListedNamesAreExportedAndNoSwiftRuntimeIsImported() throws {
        func names(_ option: String) throws -> [String] {
            let outcome = try ChildProcess.runTool("nm", ["-D", option, try RecordedProgram.recorder()])
            #expect(outcome.succeeded, "\(outcome)")
            let lines = outcome.output.split(separator: "\n").filter { !$0.contains(" w ") }
            return lines.compactMap {
                $0.split(separator: " ").last?.split(separator: "@").first.map(String.init)
            }.sorted()
        }
        let exports = try Repository.text(of: "Sources/PageHeapRecorder/exports.map")
        #expect(
            try names("--defined-only")
                == exports.matches(of: /([A-Za-z_0-9]+);/).map { String($0.1) }.sorted())
        // Scripts/check-symbols compares the imports of a release build with their list.
        let undefined = try names("--undefined-only")
        #expect(undefined.contains("mmap") && undefined.filter { $0.contains("swift") || $0.hasPrefix("$") } == [])
    }

    @Test func anyDamageOfARecordedTraceIsSurvived() throws {
        let program = try RecordedProgram.check("short-threads")
        let sound = try program.bytes()
        var generator = SeededGenerator(seed: Check.seed)
        for _ in 0..<100 {
            var bytes = sound
            if Bool.random(using: &generator) {
                bytes.removeLast(.random(in: 0..<bytes.count, using: &generator))
            }
            for _ in 0..<Int.random(in: 0...20, using: &generator) where !bytes.isEmpty {
                bytes[.random(in: bytes.indices, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            guard let trace = try? program.reader(of: bytes) else { continue }
            var count = 0
            for process in trace.processes {
                var events = trace.events(of: process)
                while try events.next() != nil { count += 1 }
            }
            #expect(count <= bytes.count, "PAGEHEAP_SEED=\(Check.seed)")
        }
    }

    @Test func withoutAFileNothingIsRecordedAndNothingIsSaid() throws {
        let outcome = try ChildProcess(
            try TestPrograms.program("recorded"), ["threads"], preload: try RecordedProgram.recorder()
        ).end()
        #expect(outcome.succeeded && outcome.errors.isEmpty, "\(outcome)")
    }

    @Test(arguments: ["/nowhere/at/all", "/dev/full", "/dev/null"])
    func aFileThatIsNoTraceIsNamedOnce(_ path: String) throws {
        let outcome = try ChildProcess(
            try TestPrograms.program("recorded"), ["executes"],
            environment: [RecordedProgram.variable: path],
            preload: try RecordedProgram.recorder()
        ).end()
        #expect(outcome.succeeded)
        // Once for each program that is executed.
        #expect(outcome.errorLines.count == 3, "\(outcome)")
        #expect(
            outcome.errorLines.allSatisfy {
                $0.hasPrefix("pageheap: the program is not recorded: its file ")
            })
    }
}
