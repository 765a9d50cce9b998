import CPageHeap
import CPageHeapInterface
import PageHeapFigures
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
        var page = Self.page()
        for (index, figure) in Figure.all.enumerated() { page.statistics[keyPath: figure.field] = UInt64(1000 + index) }
        let figures = try StatisticsPage.read(file(page))
        for (index, figure) in Figure.all.enumerated() {
            #expect(figures.value(figure) == UInt64(1000 + index), "\(figure.name)")
            #expect(figures[figure.field] == UInt64(1000 + index), "\(figure.name)")
        }
    }

    @Test func figuresMadeOfSeveralAreRead() throws {
        var figures = try StatisticsPage.read(file(Self.page()))
        #expect(figures.retained == ByteCount(750))
        figures[\.returned_bytes_total] = 100
        #expect(figures.usedAgain == ByteCount(64))
        figures[\.returned_bytes_total] = 60
        #expect(figures.usedAgain == ByteCount(60))
        #expect(figures.usualHoldNanoseconds == 2048)
        #expect(figures.seconds(\.worker_cpu_nanoseconds_total) == 0.001)
    }

    @Test func aMissingLimitIsNil() throws {
        var page = Self.page()
        page.statistics.memory_limit_bytes = .max
        #expect(try StatisticsPage.read(file(page)).optionalBytes(\.memory_limit_bytes) == nil)
    }

    @Test func theGoalIsNilIfTheScavengerIsOff() throws {
        var page = Self.page()
        page.statistics.goal_bytes = .max
        #expect(try StatisticsPage.read(file(page)).optionalBytes(\.goal_bytes) == nil)
    }

    @Test func damagedFiguresDoNotTrap() throws {
        var page = Self.page()
        page.statistics.in_use_bytes = .max
        page.statistics.returned_bytes_total = .max
        page.statistics.reused_within_10_seconds_bytes_total = .max
        var figures = try StatisticsPage.read(file(page))
        #expect(figures.retained == ByteCount(.max))
        #expect(figures.usedAgain == ByteCount(.max))
        figures += figures
        #expect(figures.bytes(\.in_use_bytes) == ByteCount(.max))
        #expect(figures.usedAgain == ByteCount(.max))
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
        page.statistics.system_bytes = 1000
        page.statistics.in_use_bytes = 600
        page.statistics.cached_bytes = 100
        page.statistics.free_retained_bytes = 50
        page.statistics.released_bytes = 200
        page.statistics.released_in_use_bytes = 50
        page.statistics.goal_bytes = 700
        page.statistics.live_bytes = 500
        page.statistics.released_background_bytes_total = 1
        page.statistics.released_growth_bytes_total = 2
        page.statistics.released_forced_bytes_total = 4
        page.statistics.released_in_use_bytes_total = 8
        page.statistics.released_limit_bytes_total = 16
        page.statistics.reused_within_10_seconds_bytes_total = 64
        page.statistics.worker_cpu_nanoseconds_total = 1_000_000
        page.statistics.worker_recent_cpu_nanoseconds = 80
        page.statistics.worker_wake_ups_total = 9
        page.statistics.release_calls_total = 3
        page.statistics.memory_limit_bytes = 5000
        page.statistics.age_nanoseconds = 70
        setHolds(1, power: 10, of: &page.statistics)
        return page
    }

    /// Sets the number of holds between two powers of two of nanoseconds.
    static func setHolds(_ samples: UInt32, power: Int, of statistics: inout pageheap_statistics) {
        withUnsafeMutableBytes(of: &statistics.lock_holds_total) {
            $0.bindMemory(to: UInt32.self)[power] = samples
        }
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
