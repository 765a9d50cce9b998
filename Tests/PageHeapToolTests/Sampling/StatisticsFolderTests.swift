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
        #expect(figures.inUse == ByteCount(42))
        #expect(figures.totals.releaseCalls == 6)
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
            #expect(figures.inUse == ByteCount(600))
            #expect(figures.totals.releaseCalls == 9)
        }
        #expect(folder.names == ["\(living).0"])
        #expect(statistics.processCount == 2)
    }

    @Test func theProgramsLastLevelsCountOnRequest() throws {
        try write(ended, 0)
        try write(ended, 1, inUse: 42)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: ended)
        #expect(statistics.read().inUse == .zero)
        let last = statistics.read(countingEndedProgram: true)
        #expect(last.inUse == ByteCount(42))
        #expect(last.goal == ByteCount(700))
        #expect(last.totals.releaseCalls == 6)
    }

    @Test func sumsAreSummedAndTheLongestHoldIsKept() throws {
        try write(living, 0)
        try write(living, 1, inUse: 42, hold: 4096)
        try write(ended, 0)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: living)
        for _ in 0..<2 {
            let figures = statistics.read()
            #expect(figures.memoryLimit == ByteCount(5000))
            #expect(figures.scavengerRecentNanoseconds == 80)
            #expect(figures.totals.releasedForLimit == ByteCount(3 * 16))
            #expect(figures.totals.reusedWithin10 == ByteCount(3 * 64))
            #expect(figures.totals.scavengerWakeUps == 3 * 9)
            #expect(figures.totals.usualHoldNanoseconds == 4096)
        }
    }

    @Test func aBusyPageKeepsItsFigures() throws {
        try write(living, 0)
        var statistics = StatisticsFolder(path: FilePath(folder.path), program: living)
        _ = statistics.read()
        try write(living, 0, inUse: 99, sequence: 5)
        #expect(statistics.read().inUse == ByteCount(600))
        try write(living, 0, inUse: 99)
        #expect(statistics.read().inUse == ByteCount(99))
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

    private func write(_ process: Int32, _ program: Int, inUse: UInt64 = 600, hold: UInt64 = 2048, sequence: UInt32 = 4)
        throws
    {
        var page = StatisticsPageTests.page(process: process)
        page.figures.in_use_bytes = inUse
        page.figures.hold_p999_nanoseconds = hold
        page.sequence = sequence
        try folder.write(StatisticsPageTests.bytes(of: page), to: "\(process).\(program)")
    }
}
