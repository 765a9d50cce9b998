import Logging
import PageHeap

/// Tells a logger of what is notable in a heap's figures, from one look to the next.
struct HeapWatch {
    /// Retained memory has to fall so far below the mark, in percent of the limit, before it counts as far from the limit
    /// again: figures that swing about the mark would else fill the log.
    private static let hysteresisPercent = 5

    private let logger: Logger
    private let warningPercent: Int
    private let seesEvents: Bool
    private var last: PageHeap.Statistics
    private var isNearLimit = false
    private var hasWarnedOfFailures = false

    /// - Parameters:
    ///   - logger: where it is told.
    ///   - warningPercent: so near to the limit, in percent of it, there is a warning.
    ///   - seesEvents: whether the heap's events are told elsewhere, and so the ends of generations.
    ///   - first: the figures at the beginning.
    init(logger: Logger, warningPercent: Int, seesEvents: Bool, first: PageHeap.Statistics) {
        self.logger = logger
        self.warningPercent = warningPercent
        self.seesEvents = seesEvents
        last = first
    }

    /// Tells what has changed since the last look.
    mutating func look(at figures: PageHeap.Statistics) {
        if !seesEvents { lookAtGenerations(figures) }
        lookAtFailures(figures)
        lookAtLimit(figures)
        last = figures
    }

    private func lookAtGenerations(_ figures: PageHeap.Statistics) {
        guard figures.generation > last.generation else { return }
        let released = figures.releasedInBackgroundTotalBytes - last.releasedInBackgroundTotalBytes
        logger.debug(
            "scavenge generation ended",
            metadata: [
                "generation": "\(figures.generation - 1)",
                "released_in_background_bytes": "\(released)",
                "retained_bytes": "\(figures.retainedBytes)",
                "goal_bytes": "\(figures.goalBytes.map(String.init) ?? "none")",
                "scavenger_cpu_ratio": "\(figures.scavengerRecentShare)",
            ])
    }

    /// Warns once: what the system refuses once, locked memory, it mostly refuses again.
    private mutating func lookAtFailures(_ figures: PageHeap.Statistics) {
        let failures = figures.releaseFailures - last.releaseFailures
        guard failures > 0 else { return }
        logger.log(
            level: hasWarnedOfFailures ? .debug : .warning,
            "the system refused to take memory back; is memory locked?",
            metadata: ["failures": "\(failures)", "failures_total": "\(figures.releaseFailures)"])
        hasWarnedOfFailures = true
    }

    private mutating func lookAtLimit(_ figures: PageHeap.Statistics) {
        if figures.memoryLimitBytes != last.memoryLimitBytes {
            logger.info(
                "memory limit changed",
                metadata: [
                    "from_bytes": "\(last.memoryLimitBytes.map(String.init) ?? "none")",
                    "to_bytes": "\(figures.memoryLimitBytes.map(String.init) ?? "none")",
                ])
        }
        let percent = HeapWatch.limitPercent(figures)
        let metadata: Logger.Metadata = [
            "percent": "\(Int(percent))",
            "retained_bytes": "\(figures.retainedBytes)",
            "in_use_bytes": "\(figures.inUseBytes)",
            "limit_bytes": "\(figures.memoryLimitBytes.map(String.init) ?? "none")",
        ]
        if !isNearLimit, percent >= Double(warningPercent) {
            isNearLimit = true
            logger.warning("memory is near its limit", metadata: metadata)
        } else if isNearLimit, percent < Double(warningPercent - Self.hysteresisPercent) {
            isNearLimit = false
            logger.notice("memory is no longer near its limit", metadata: metadata)
        }
    }

    /// What counts against the limit, in percent of it; 0 where there is none.
    private static func limitPercent(_ figures: PageHeap.Statistics) -> Double {
        guard let limit = figures.memoryLimitBytes, limit > 0 else { return 0 }
        return 100 * Double(figures.retainedBytes + figures.metadataBytes) / Double(limit)
    }
}
