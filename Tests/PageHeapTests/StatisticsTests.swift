import Foundation
import PageHeapCore
import SystemPackage
import Testing

@testable import PageHeap

struct StatisticsTests {
    /// Makes statistics with figures that would take a heap longer than a test can wait.
    private func statistics(_ change: (inout HeapStatistics) -> Void) throws -> PageHeap.Statistics {
        guard let heap = SystemHeap(HeapConfiguration()) else { throw PageHeapError.system(.noMemory) }
        defer { heap.abandon() }
        var figures = heap.figures()
        change(&figures)
        return PageHeap.Statistics(figures, age: 100, processors: 4)
    }

    @Test func theFiguresOfANewHeapAreZero() throws {
        let figures = try PageHeap.quiet().statistics
        #expect(figures.releaseCalls == 0 && figures.releaseFailures == 0 && figures.generation == 0)
        #expect(figures.workerWakeUps == 0 && figures.controllerResets == 0)
        #expect(figures.scavengerSeconds == 0 && figures.assistSeconds == 0 && figures.forcedReleaseSeconds == 0)
        #expect(figures.scavengerShare == 0 && figures.scavengerRecentShare == 0)
        #expect(figures.reusedWithin60SecondsTotalBytes == 0)
        #expect(figures.forcedLockHolds.samples == 0 && figures.forcedLockHolds.p999Nanoseconds == 0)
    }

    @Test func aReleaseOnRequestIsCounted() throws {
        let heap = try PageHeap.quiet()
        for turn in 1...300 {
            var run = try heap.allocate(pages: 20)
            run.withUnsafeMutableBytes { $0[0] = 1 }
            run.release()
            #expect(heap.releaseFreeMemory() > 0)
            #expect(heap.statistics.releaseCalls == turn && heap.statistics.generation == turn)
        }
        let figures = heap.statistics
        // More than two holds per turn, of which every 256th is measured.
        #expect(figures.lockHolds.samples > 0 && figures.forcedLockHolds.samples > 0)
        for holds in [figures.lockHolds, figures.forcedLockHolds] {
            #expect(0 < holds.p50Nanoseconds && holds.p50Nanoseconds <= holds.p999Nanoseconds)
        }
        #expect(figures.reusedWithin1SecondTotalBytes <= figures.reusedWithin10SecondsTotalBytes)
        #expect(figures.reusedWithin10SecondsTotalBytes <= figures.reusedWithin60SecondsTotalBytes)
        #expect(figures.workerWakeUps == 0 && figures.scavengerSeconds == 0)
    }

    @Test func everyFigureHasItsPlaceAndUnit() throws {
        let figures = try statistics {
            $0.workerNanoseconds = 2_000_000_000
            $0.workerRecentNanoseconds = 400_000_000
            $0.assistNanoseconds = 500_000_000
            $0.forcedNanoseconds = 250_000_000
            $0.workerWakeUps = 3
            $0.controllerResets = 4
            $0.generation = 5
            $0.reusedWithin1 = 6
            $0.reusedWithin10 = 7
            $0.reusedWithin60 = 8
            $0.ledger.releaseCalls = 9
            $0.ledger.releaseFailures = 10
            for _ in 0..<3 { $0.holds.add(nanoseconds: 100) }
            $0.holds.add(nanoseconds: 1000)
            $0.forcedHolds.add(nanoseconds: 5000)
        }
        #expect(figures.scavengerSeconds == 2 && figures.assistSeconds == 0.5 && figures.forcedReleaseSeconds == 0.25)
        #expect(figures.scavengerShare == 0.005 && figures.scavengerRecentShare == 0.01)
        #expect(figures.workerWakeUps == 3 && figures.controllerResets == 4 && figures.generation == 5)
        #expect(figures.reusedWithin1SecondTotalBytes == 6 && figures.reusedWithin10SecondsTotalBytes == 7)
        #expect(figures.reusedWithin60SecondsTotalBytes == 8)
        #expect(figures.releaseCalls == 9 && figures.releaseFailures == 10)
        #expect(figures.lockHolds.p50Nanoseconds == 128 && figures.lockHolds.p999Nanoseconds == 1024)
        #expect(figures.forcedLockHolds.samples == 1 && figures.forcedLockHolds.p50Nanoseconds == 8192)
    }

    @Test func statisticsSurviveJSON() throws {
        let figures = try statistics {
            $0.goal = .maximum
            $0.reusedWithin10 = 7
            $0.holds.add(nanoseconds: 100)
        }
        let data = try JSONEncoder().encode(figures)
        #expect(try JSONDecoder().decode(PageHeap.Statistics.self, from: data) == figures)
    }
}
