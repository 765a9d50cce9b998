import CPageHeapInterface
import Foundation
import PageHeapFigures
import Testing

@testable import PageHeap

struct StatisticsTests {
    /// Makes statistics of a heap without goal and limit, with figures that would take a heap longer than a test can
    /// wait.
    private func statistics(_ change: (inout pageheap_statistics) -> Void) -> PagedHeap.Statistics {
        var figures = pageheap_statistics()
        for figure in Figure.all where figure.mayBeNone { figures[keyPath: figure.field] = .max }
        figures.age_nanoseconds = 100_000_000_000
        change(&figures)
        return PagedHeap.Statistics(figures, processors: 4)
    }

    /// Adds samples to the counts of holds between two powers of two.
    private func add(_ samples: UInt32, to holds: inout some BitwiseCopyable, power: Int) {
        withUnsafeMutableBytes(of: &holds) { $0.bindMemory(to: UInt32.self)[power] += samples }
    }

    @Test func theFiguresOfANewHeapAreZero() throws {
        let figures = try PagedHeap.quiet().statistics
        #expect(figures.releaseCallCount == 0 && figures.releaseFailureCount == 0 && figures.generation == 0)
        #expect(figures.workerWakeUpCount == 0 && figures.controllerResetCount == 0)
        #expect(figures.scavengerSeconds == 0 && figures.assistSeconds == 0 && figures.forcedReleaseSeconds == 0)
        #expect(figures.scavengerShare == 0 && figures.scavengerRecentShare == 0)
        #expect(figures.reusedWithin60SecondsTotalByteCount == 0)
        #expect(figures.forcedLockHolds.sampleCount == 0 && figures.forcedLockHolds.p999Nanoseconds == 0)
    }

    @Test func aReleaseOnRequestIsCounted() throws {
        let heap = try PagedHeap.quiet()
        for turn in 1...300 {
            var run = try heap.allocate(pageCount: 20)
            run.withUnsafeMutableBytes { $0[0] = 1 }
            run.release()
            #expect(heap.releaseFreeMemory() > 0)
            #expect(heap.statistics.releaseCallCount == turn && heap.statistics.generation == turn)
        }
        let figures = heap.statistics
        // More than two holds per turn, of which every 256th is measured.
        #expect(figures.lockHolds.sampleCount > 0 && figures.forcedLockHolds.sampleCount > 0)
        for holds in [figures.lockHolds, figures.forcedLockHolds] {
            #expect(0 < holds.p50Nanoseconds && holds.p50Nanoseconds <= holds.p999Nanoseconds)
        }
        #expect(figures.reusedWithin1SecondTotalByteCount <= figures.reusedWithin10SecondsTotalByteCount)
        #expect(figures.reusedWithin10SecondsTotalByteCount <= figures.reusedWithin60SecondsTotalByteCount)
        #expect(figures.workerWakeUpCount == 0 && figures.scavengerSeconds == 0)
    }

    @Test func everyFigureHasItsPlaceAndUnit() throws {
        let statistics = statistics {
            for (index, figure) in Figure.all.enumerated() { $0[keyPath: figure.field] = UInt64(index + 1) * 1_000_000 }
        }
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(statistics))
        var properties = try #require(object as? [String: Any])
        for (index, figure) in Figure.all.enumerated() {
            guard let property = figure.property else { continue }
            let value = properties.removeValue(forKey: property) as? Double
            #expect(
                value == Double((index + 1) * 1_000_000) / (figure.unit == .nanoseconds ? 1e9 : 1), "\(figure.name)")
        }
        // What is left is made of several figures.
        #expect(Set(properties.keys) == ["scavengerShare", "scavengerRecentShare", "lockHolds", "forcedLockHolds"])
    }

    @Test func sharesAndHoldsAreComputed() throws {
        let figures = statistics {
            $0.worker_cpu_nanoseconds_total = 2_000_000_000
            $0.worker_recent_cpu_nanoseconds = 2_400_000_000
            add(3, to: &$0.lock_holds_total, power: 6)
            add(1, to: &$0.lock_holds_total, power: 9)
            add(1, to: &$0.forced_lock_holds_total, power: 12)
        }
        #expect(figures.goalByteCount == nil && figures.memoryLimitByteCount == nil)
        #expect(figures.scavengerShare == 0.005 && figures.scavengerRecentShare == 0.01)
        #expect(figures.lockHolds.p50Nanoseconds == 128 && figures.lockHolds.p999Nanoseconds == 1024)
        #expect(figures.forcedLockHolds.sampleCount == 1 && figures.forcedLockHolds.p50Nanoseconds == 8192)
    }

    @Test func statisticsSurviveJSON() throws {
        let figures = statistics {
            $0.reused_within_10_seconds_bytes_total = 7
            add(1, to: &$0.lock_holds_total, power: 6)
        }
        let data = try JSONEncoder().encode(figures)
        #expect(try JSONDecoder().decode(PagedHeap.Statistics.self, from: data) == figures)
    }
}
