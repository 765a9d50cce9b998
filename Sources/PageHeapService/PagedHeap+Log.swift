import Logging
import PageHeap

extension PagedHeap {
    /// Logs each event of the scavenger at `debug`, until the task is cancelled. If the logger's level excludes
    /// `debug`, this returns at once and costs the heap nothing.
    func logEvents(to logger: Logger) async throws {
        guard logger.logLevel <= .debug else { return }
        for await event in try scavengeEvents() { Self.log(event, to: logger) }
    }

    static func log(_ event: ScavengeEvent, to logger: Logger) {
        let message: Logger.Message =
            switch event.kind {
            case .generation: "scavenge generation ended"
            case .request: "memory given back on request"
            }
        logger.debug(
            message,
            metadata: [
                "generation": "\(event.generation)",
                "released_bytes": "\(event.workedByteCount)",
                "retained_bytes": "\(event.retainedByteCount)",
                "goal_bytes": "\(event.goalByteCount.map(String.init) ?? "none")",
                "scavenger_cpu_seconds": "\(event.scavengerSeconds)",
                "controller_reset": "\(event.wasControllerReset)",
                "lost_events": "\(event.lostEventCount)",
            ])
    }
}
