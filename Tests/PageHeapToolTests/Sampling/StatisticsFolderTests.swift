import CPageHeap
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

struct StatisticsFolderTests {
    let folder: TemporaryFolder
    /// A process that lives, namely this one, and one that does not: identifiers end far below.
    let living = ProcessInfo.processInfo.processIdentifier
    let ended: Int32 = .max

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func levelsAreOfTheLatestProgramAndTotalsOfAll() throws {
        try write(living, 0)
        try write(living, 1, inUse: 42)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: living)
        let figures = statistics.read()
        #expect(figures.bytes(\.in_use_bytes) == ByteCount(42))
        #expect(figures[\.release_calls_total] == 6)
        #expect(statistics.processCount == 1)
        #expect(statistics.liveProcesses == [living])
    }

    @Test func endedProcessesLeaveOnlyTheirTotals() throws {
        try write(living, 0)
        try write(ended, 0)
        try write(ended, 1)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: living)
        for _ in 0..<3 {
            let figures = statistics.read()
            #expect(figures.bytes(\.in_use_bytes) == ByteCount(600))
            #expect(figures[\.release_calls_total] == 9)
        }
        #expect(folder.names == ["\(living).0"])
        #expect(statistics.processCount == 2)
    }

    /// Its resident memory was read just before, and is in the same sample.
    @Test(arguments: [true, false])
    func aProcessThatEndsDuringASampleCountsInIt(isProgram: Bool) throws {
        try write(ended, 0, inUse: 42)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: isProgram ? ended : living)
        #expect(statistics.read(present: [ended]).bytes(\.in_use_bytes) == ByteCount(42))
        #expect(statistics.inUse == [ended: ByteCount(42)])
        #expect(statistics.read().bytes(\.in_use_bytes) == .zero)
        #expect(folder.names.isEmpty != isProgram)
    }

    /// A program that is executed late, and ends before a sample sees it.
    @Test func theLastLevelsOfAProgramThatWasNeverSeenCount() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["60"]
        try process.run()
        try write(process.processIdentifier, 0)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: process.processIdentifier)
        #expect(statistics.read().bytes(\.in_use_bytes) == ByteCount(600))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try write(process.processIdentifier, 1, inUse: 42)
        #expect(statistics.read(countingEndedProgram: true).bytes(\.in_use_bytes) == ByteCount(42))
        #expect(statistics.processCount == 1)
    }

    /// Its older pages are deleted, so the newer ones have their names.
    @Test func aProcessThatExecutesOthersCountsOnce() throws {
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: ended)
        let identity = try #require(ProcessIdentity(of: living))
        for _ in 0..<3 {
            try write(living, 0)
            _ = statistics.read()
            // As one that executes a program without the library: the page is deleted.
            _ = statistics.read(strangers: [identity])
            #expect(folder.names.isEmpty)
        }
        #expect(statistics.processCount == 1)
    }

    @Test func theProgramsLastLevelsCountOnRequest() throws {
        try write(ended, 0)
        try write(ended, 1, inUse: 42)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: ended)
        #expect(statistics.read().bytes(\.in_use_bytes) == .zero)
        let last = statistics.read(countingEndedProgram: true)
        #expect(last.bytes(\.in_use_bytes) == ByteCount(42))
        #expect(last.optionalBytes(\.goal_bytes) == ByteCount(700))
        #expect(last[\.release_calls_total] == 6)
    }

    @Test func theLevelsOfAProgramThatWasReplacedByAStrangerDoNotCount() throws {
        let identity = try #require(ProcessIdentity(of: living))
        for program in [living, ended] {
            try write(living, 0)
            var statistics = StatisticsFolder(path: FilePath(folder.path), program: program)
            let figures = statistics.read(strangers: [identity])
            #expect(figures.bytes(\.in_use_bytes) == .zero)
            #expect(figures[\.release_calls_total] == 3)
            #expect(statistics.read(strangers: [identity], countingEndedProgram: true).bytes(\.in_use_bytes) == .zero)
        }
    }

    @Test func sumsAreSummedAndHoldsAreCountedTogether() throws {
        try write(living, 0)
        try write(living, 1, inUse: 42, power: 11)
        try write(ended, 0)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: living)
        for _ in 0..<2 {
            let figures = statistics.read()
            #expect(figures.optionalBytes(\.memory_limit_bytes) == ByteCount(5000))
            #expect(figures[\.worker_recent_cpu_nanoseconds] == 80)
            #expect(figures.bytes(\.released_limit_bytes_total) == ByteCount(3 * 16))
            #expect(figures.bytes(\.reused_within_10_seconds_bytes_total) == ByteCount(3 * 64))
            #expect(figures[\.worker_wake_ups_total] == 3 * 9)
            #expect(figures[\.age_nanoseconds] == 70)
            #expect(figures.usualHoldNanoseconds == 4096)
        }
    }

    @Test func aBusyPageKeepsItsFigures() throws {
        try write(living, 0)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: living)
        _ = statistics.read()
        try write(living, 0, inUse: 99, sequence: 5)
        #expect(statistics.read().bytes(\.in_use_bytes) == ByteCount(600))
        try write(living, 0, inUse: 99)
        #expect(statistics.read().bytes(\.in_use_bytes) == ByteCount(99))
    }

    @Test func otherFilesAreLeftAlone() throws {
        let names = ["notes", "1", "1.x", "-1.0", "0.0", "1.2.3"]
        for name in names { try folder.write("x", to: name) }
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: living)
        #expect(statistics.read() == HeapFigures())
        #expect(!statistics.hasFigures)
        #expect(folder.names == names.sorted())
    }

    @Test func anotherVersionIsRemembered() throws {
        var page = StatisticsPageTests.page()
        page.version = UInt32(PAGEHEAP_STATISTICS_VERSION) + 1
        try folder.write(StatisticsPageTests.bytes(of: page), to: "\(living).0")
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: living)
        #expect(statistics.read() == HeapFigures())
        #expect(statistics.otherVersion == UInt32(PAGEHEAP_STATISTICS_VERSION) + 1)
    }

    private func write(_ process: Int32, _ program: Int, inUse: UInt64 = 600, power: Int = 10, sequence: UInt32 = 4)
        throws
    {
        var page = StatisticsPageTests.page(process: process)
        page.statistics.in_use_bytes = inUse
        StatisticsPageTests.setHolds(0, power: 10, of: &page.statistics)
        StatisticsPageTests.setHolds(1, power: power, of: &page.statistics)
        page.sequence = sequence
        try folder.write(StatisticsPageTests.bytes(of: page), to: "\(process).\(program)")
    }
}
