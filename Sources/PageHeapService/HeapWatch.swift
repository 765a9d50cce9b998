import Logging
import PageHeap

/// Logs notable changes of a heap's statistics from one check to the next.
struct HeapWatch {
    /// How far memory must fall below the warning threshold, in percent of the limit, to count as no longer near the
    /// limit. Without this margin, figures that vary around the threshold would flood the log.
    private static let hysteresisPercent = 5

    private let logger: Logger
    private let warningPercent: Int
    private let seesEvents: Bool
    private var last: PagedHeap.Statistics
    private var isNearLimit = false
    private var hasWarnedOfFailures = false

    /// - Parameters:
    ///   - logger: the logger to use.
    ///   - warningPercent: the threshold for the warning, in percent of the limit.
    ///   - seesEvents: whether the heap's events, and with them the ends of generations, are logged elsewhere.
    ///   - first: the statistics at the start.
    init(logger: Logger, warningPercent: Int, seesEvents: Bool, first: PagedHeap.Statistics) {
        self.logger = logger
        self.warningPercent = warningPercent
        self.seesEvents = seesEvents
        last = first
    }

    /// Logs what has changed since the last check.
    mutating func look(at figures: PagedHeap.Statistics) {
        if !seesEvents { lookAtGenerations(figures) }
        lookAtFailures(figures)
        lookAtLimit(figures)
        last = figures
    }

    private func lookAtGenerations(_ figures: PagedHeap.Statistics) {
        guard figures.generation > last.generation else { return }
        let released = figures.releasedInBackgroundTotalByteCount - last.releasedInBackgroundTotalByteCount
        logger.debug(
            "scavenge generation ended",
            metadata: [
                "generation": "\(figures.generation - 1)",
                "released_in_background_bytes": "\(released)",
                "retained_bytes": "\(figures.retainedByteCount)",
                "goal_bytes": "\(figures.goalByteCount.map(String.init) ?? "none")",
                "scavenger_cpu_ratio": "\(figures.scavengerRecentShare)",
            ])
    }

    /// Logs refused releases, as a warning only the first time: if memory is locked, most later releases fail, too.
    private mutating func lookAtFailures(_ figures: PagedHeap.Statistics) {
        let failures = figures.releaseFailureCount - last.releaseFailureCount
        guard failures > 0 else { return }
        logger.log(
            level: hasWarnedOfFailures ? .debug : .warning,
            "the system refused to take memory back; is memory locked?",
            metadata: ["failures": "\(failures)", "failures_total": "\(figures.releaseFailureCount)"])
        hasWarnedOfFailures = true
    }

    private mutating func lookAtLimit(_ figures: PagedHeap.Statistics) {
        if figures.memoryLimitByteCount != last.memoryLimitByteCount {
            logger.info(
                "memory limit changed",
                metadata: [
                    "from_bytes": "\(last.memoryLimitByteCount.map(String.init) ?? "none")",
                    "to_bytes": "\(figures.memoryLimitByteCount.map(String.init) ?? "none")",
                ])
        }
        let percent = HeapWatch.limitPercent(figures)
        let metadata: Logger.Metadata = [
            "percent": "\(Int(percent))",
            "retained_bytes": "\(figures.retainedByteCount)",
            "in_use_bytes": "\(figures.inUseByteCount)",
            "limit_bytes": "\(figures.memoryLimitByteCount.map(String.init) ?? "none")",
        ]
        if !isNearLimit, percent >= Double(warningPercent) {
            isNearLimit = true
            logger.warning("memory is near its limit", metadata: metadata)
        } else if isNearLimit, percent < Double(warningPercent - Self.hysteresisPercent) {
            isNearLimit = false
            logger.notice("memory is no longer near its limit", metadata: metadata)
        }
    }

    /// Returns what counts against the limit, in percent of it; 0 if there is no limit.
    private static func limitPercent(_ figures: PagedHeap.Statistics) -> Double {
        guard let limit = figures.memoryLimitByteCount, limit > 0 else { return 0 }
        return 100 * Double(figures.retainedByteCount + figures.metadataByteCount) / Double(limit)
    }
}
