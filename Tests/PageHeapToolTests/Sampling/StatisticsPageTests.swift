import CPageHeap
import SystemPackage
import TestSupport
import Testing

@testable import PageHeapTool

/// Statistics pages written by hand.
struct StatisticsPageTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func theMagicNumberMatchesTheHeader() {
        #expect(StatisticsPage.magic == UInt64(0x5041_4745_4845_4150))
        #expect(StatisticsPage.magic.bigEndian.asText == "PAGEHEAP")
    }

    @Test func figuresAreRead() throws {
        let figures = try StatisticsPage.read(file(Self.page()))
        #expect(figures.inUse == ByteCount(600))
        #expect(figures.retained == ByteCount(750))
        #expect(figures.goal == ByteCount(700))
        #expect(figures.live == ByteCount(500))
        #expect(figures.totals.released == ByteCount(1 + 2 + 4 + 8 + 16))
        #expect(figures.totals.releasedPages == ByteCount(1 + 2 + 4 + 16))
        #expect(figures.totals.releasedForLimit == ByteCount(16))
        #expect(figures.totals.scavengerNanoseconds == 1_000_000)
        #expect(figures.totals.releaseCalls == 3)
        #expect(figures.memoryLimit == ByteCount(5000))
        #expect(figures.scavengerRecentNanoseconds == 80)
        #expect(figures.totals.scavengerWakeUps == 9)
        #expect(figures.totals.controllerResets == 10)
        #expect(figures.totals.assistNanoseconds == 11)
        #expect(figures.totals.forcedNanoseconds == 12)
        #expect(figures.totals.reusedWithin1 == ByteCount(32))
        #expect(figures.totals.reusedWithin10 == ByteCount(64))
        #expect(figures.totals.reusedWithin60 == ByteCount(128))
        #expect(figures.totals.usualHoldNanoseconds == 2048)
    }

    @Test func aMissingLimitIsNil() throws {
        var page = Self.page()
        page.figures.memory_limit_bytes = .max
        #expect(try StatisticsPage.read(file(page)).memoryLimit == nil)
    }

    @Test func theGoalIsNilIfTheScavengerIsOff() throws {
        var page = Self.page()
        page.figures.goal_bytes = .max
        #expect(try StatisticsPage.read(file(page)).goal == nil)
    }

    @Test func damagedFiguresDoNotTrap() throws {
        var page = Self.page()
        page.figures.released_bytes = .max
        page.figures.released_growth_total = .max
        let figures = try StatisticsPage.read(file(page))
        #expect(figures.retained == .zero)
        #expect(figures.totals.released == ByteCount(.max))
    }

    @Test func anOddSequenceMeansBusy() throws {
        var page = Self.page()
        page.sequence = 7
        #expect(throws: StatisticsPage.Failure.busy) { try StatisticsPage.read(file(page)) }
    }

    @Test func foreignPagesAreReported() throws {
        var page = Self.page()
        page.magic = 1
        #expect(throws: StatisticsPage.Failure.foreign) { try StatisticsPage.read(file(page)) }
        page.magic = 0
        #expect(throws: StatisticsPage.Failure.unfinished) { try StatisticsPage.read(file(page)) }
        page = Self.page()
        page.version = 9
        #expect(throws: StatisticsPage.Failure.otherVersion(9)) { try StatisticsPage.read(file(page)) }
        page = Self.page()
        page.size += 8
        #expect(throws: StatisticsPage.Failure.foreign) { try StatisticsPage.read(file(page)) }
    }

    @Test func truncatedPagesAreUnfinished() throws {
        let bytes = Self.bytes(of: Self.page())
        for length in [0, 1, 8, 24, bytes.count - 1] {
            let path = FilePath(try folder.write(Array(bytes.prefix(length)), to: "stump"))
            #expect(throws: StatisticsPage.Failure.unfinished) { try StatisticsPage.read(path) }
        }
    }

    @Test func aMissingPageIsUnreadable() {
        #expect(throws: StatisticsPage.Failure.unreadable(.noSuchFileOrDirectory)) {
            try StatisticsPage.read(FilePath(folder.file("none")))
        }
    }

    private func file(_ page: pageheap_statistics_page) throws -> FilePath {
        FilePath(try folder.write(Self.bytes(of: page), to: "page"))
    }

    static func page(process: Int32 = 1) -> pageheap_statistics_page {
        var page = pageheap_statistics_page()
        page.magic = StatisticsPage.magic
        page.version = UInt32(PAGEHEAP_STATISTICS_VERSION)
        page.size = UInt32(MemoryLayout<pageheap_statistics_page>.size)
        page.process_identifier = UInt32(process)
        page.sequence = 4
        page.figures.system_bytes = 1000
        page.figures.in_use_bytes = 600
        page.figures.released_bytes = 200
        page.figures.released_in_spans_bytes = 50
        page.figures.goal_bytes = 700
        page.figures.live_bytes = 500
        page.figures.released_background_total = 1
        page.figures.released_growth_total = 2
        page.figures.released_forced_total = 4
        page.figures.released_in_spans_total = 8
        page.figures.scavenger_cpu_nanoseconds = 1_000_000
        page.figures.release_calls = 3
        page.figures.released_limit_total = 16
        page.figures.memory_limit_bytes = 5000
        page.figures.scavenger_recent_nanoseconds = 80
        page.figures.scavenger_wake_ups = 9
        page.figures.controller_resets = 10
        page.figures.assist_cpu_nanoseconds = 11
        page.figures.forced_cpu_nanoseconds = 12
        page.figures.reused_1_bytes = 32
        page.figures.reused_10_bytes = 64
        page.figures.reused_60_bytes = 128
        page.figures.hold_p999_nanoseconds = 2048
        return page
    }

    static func bytes(of page: pageheap_statistics_page) -> [UInt8] {
        withUnsafeBytes(of: page) { Array($0) }
    }
}

extension UInt64 {
    /// The bytes in memory as letters.
    fileprivate var asText: String {
        withUnsafeBytes(of: self) { String(decoding: $0, as: UTF8.self) }
    }
}
