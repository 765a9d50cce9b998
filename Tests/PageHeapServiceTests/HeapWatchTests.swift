import InMemoryLogging
import Logging
import PageHeap
import TestSupport
import Testing

@testable import PageHeapService

/// What the service logs about a heap.
struct HeapWatchTests {
    private let log = InMemoryLogHandler()

    /// The log entries for figures that are seen in turn: a line per entry, with level and message.
    private func told(_ figures: [[String: Double]], warningPercent: Int = 90, seesEvents: Bool = false) throws
        -> [String]
    {
        var logger = Logger(label: "test", factory: { _ in log })
        logger.logLevel = .debug
        let all = try figures.map { try PagedHeap.Statistics.scripted($0) }
        var watch = HeapWatch(logger: logger, warningPercent: warningPercent, seesEvents: seesEvents, first: all[0])
        return all.dropFirst().flatMap { figures in
            log.clear()
            watch.look(at: figures)
            return log.entries.map { "\($0.level): \($0.message)" }
        }
    }

    @Test func nothingIsLoggedWhileNothingChanges() throws {
        let same = ["systemByteCount": 100.0, "memoryLimitByteCount": 1000, "releaseFailureCount": 3, "generation": 4]
        #expect(try told([same, same, same]).isEmpty)
    }

    @Test func theEndOfAGenerationIsLogged() throws {
        let told = try told([
            ["generation": 1, "releasedInBackgroundTotalByteCount": 100],
            ["generation": 2, "releasedInBackgroundTotalByteCount": 150, "goalByteCount": 70, "systemByteCount": 80],
        ])
        #expect(told == ["debug: scavenge generation ended"])
        let metadata = try #require(log.entries.first).metadata
        #expect(
            metadata == [
                "generation": "1", "released_in_background_bytes": "50", "retained_bytes": "80", "goal_bytes": "70",
                "scavenger_cpu_ratio": "0.0",
            ])
    }

    @Test func theEndOfAGenerationIsNotLoggedTwice() throws {
        #expect(try told([["generation": 1], ["generation": 2]], seesEvents: true).isEmpty)
    }

    @Test func onlyTheFirstRefusalIsAWarning() throws {
        let told = try told([
            ["releaseFailureCount": 0], ["releaseFailureCount": 2], ["releaseFailureCount": 2],
            ["releaseFailureCount": 5],
        ])
        let message = "the system refused to take memory back; is memory locked?"
        #expect(told == ["warning: \(message)", "debug: \(message)"])
        #expect(log.entries.first?.metadata == ["failures": "3", "failures_total": "5"])
    }

    @Test func reachingAndLeavingTheLimitAreLogged() throws {
        let told = try told(
            // Retained memory and the books, in percent of the limit.
            [50, 89, 90, 99, 88, 91, 85, 84, 84, 120].map {
                ["systemByteCount": $0 * 10 - 20, "metadataByteCount": 20, "memoryLimitByteCount": 1000]
            })
        let near = "warning: memory is near its limit"
        #expect(told == [near, "notice: memory is no longer near its limit", near])
        #expect(
            log.entries.first?.metadata == [
                "percent": "120", "retained_bytes": "1180", "in_use_bytes": "0", "limit_bytes": "1000",
            ])
    }

    @Test func changesOfTheLimitAreLogged() throws {
        let told = try told([[:], ["memoryLimitByteCount": 1000], ["memoryLimitByteCount": 2000], [:], [:]])
        #expect(told == Array(repeating: "info: memory limit changed", count: 3))
    }

    @Test func totalsThatRestartAtZeroAreNotLogged() throws {
        #expect(
            try told([["releaseFailureCount": 5, "generation": 9], ["releaseFailureCount": 0, "generation": 1]]).isEmpty
        )
    }
}
