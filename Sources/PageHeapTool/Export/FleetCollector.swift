import Glibc

/// Collects the figures of all processes on PageHeap.
struct FleetCollector: Sendable {
    /// What a collection may cost.
    struct Limits: Sendable {
        /// The most processes that are served.
        var processes = 5000
        /// The least time between two walks.
        var walkInterval = Duration.seconds(15)
        /// The time for looks at processes in one collection.
        var lookTime = Duration.seconds(2)
    }

    private let host: HostTree
    private let limits: Limits
    private var catalog: FleetCatalog
    private var lastWalk: ContinuousClock.Instant?
    private var walkSeconds = 0.0

    init(host: HostTree, limits: Limits) {
        self.host = host
        self.limits = limits
        catalog = FleetCatalog(host: host)
    }

    mutating func collect() -> FleetSnapshot {
        let start = ContinuousClock.now
        if lastWalk.map({ start - $0 >= limits.walkInterval }) ?? true {
            catalog.walk()
            lastWalk = start
            walkSeconds = (ContinuousClock.now - start) / .seconds(1)
        }
        let deadline = ContinuousClock.now + limits.lookTime
        catalog.look(until: deadline)
        var snapshot = FleetSnapshot()
        let processes = catalog.onPageHeap
        for process in processes.prefix(limits.processes) { read(process, deadline, into: &snapshot) }
        snapshot.count(.leftOut, max(processes.count - limits.processes, 0))
        snapshot.count(.hidden, catalog.hiddenCount)
        snapshot.count(.waiting, catalog.unseenCount)
        snapshot.walkSeconds = walkSeconds
        snapshot.collectionSeconds = (ContinuousClock.now - start) / .seconds(1)
        return snapshot
    }

    /// Reads the figures of one process.
    private mutating func read(
        _ process: FleetProcess, _ deadline: ContinuousClock.Instant, into snapshot: inout FleetSnapshot
    ) {
        let identifier = process.identity.identifier
        var found = figures(of: process)
        // Only now: the figures are the process's own if it is still the same after they were read.
        guard let stat = host.stat(of: identifier) else { return catalog.forget(identifier) }
        let identity = ProcessIdentity(identifier, stat)
        var labels = process.labels
        if identity != process.identity {
            guard ContinuousClock.now < deadline, let other = catalog.replace(identifier, with: identity),
                other.standing.isOnPageHeap
            else { return catalog.forget(identifier) }
            found = figures(of: other)
            labels = other.labels
            // It executes one program after another; the next collection finds out.
            if host.stat(of: identifier).map({ ProcessIdentity(identifier, $0) }) != identity { return }
        }
        switch found {
        case .read(let figures): catalog.keep(figures, of: identifier)
        case .not(let state): if state != .silent { catalog.lookAgain(at: identifier) }
        }
        snapshot.count(found.state)
        let resident = ByteCount(stat.residentPages.multipliedReportingOverflow(by: UInt64(getpagesize())).partialValue)
        snapshot.readings.append(
            FleetSnapshot.Reading(labels: labels, resident: resident, figures: found.figures))
    }

    /// What reading a page has found.
    private enum Found {
        case read(HeapFigures)
        case not(FleetSnapshot.State)

        var state: FleetSnapshot.State { if case .not(let state) = self { state } else { .read } }
        var figures: HeapFigures? { if case .read(let figures) = self { figures } else { nil } }
    }

    private func figures(of process: FleetProcess) -> Found {
        guard case .publishes(let page) = process.standing else { return .not(.silent) }
        do {
            return .read(try page.read(attempts: StatisticsPage.fleetAttempts))
        } catch {
            switch error {
            case .busy: return process.lastFigures.map(Found.read) ?? .not(.unreadable)
            // It is just starting.
            case .unfinished where process.lastFigures == nil: return .not(.silent)
            case .otherVersion: return .not(.otherVersion)
            case .unfinished, .unreadable, .foreign: return .not(.unreadable)
            }
        }
    }
}
