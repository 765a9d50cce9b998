/// Takes maps of the largest heap of a run while the run goes on, one at a time and without waiting for any.
struct MapTaker: ~Copyable {
    private(set) var series = MapSeries()
    /// Why the last map that was asked for was not taken; nil if it was.
    private(set) var failure: String?
    private var schedule = MapSchedule()
    private var request: MapRequest?
    private var asked: Asked?

    /// What is asked of which process, and since when.
    private struct Asked {
        let holder: HeapHolder
        let seconds: Double
        var begun: Double?
    }

    /// Seconds between two looks at a request, at first and later.
    private static let looks = (first: 0.01, later: 0.1)
    /// Seconds after which a request is taken back if the process has not begun to serve it; another process may be asked then.
    /// A process looks for requests ten times a second if its heap has a thread.
    private static let patience = 1.0
    /// The room for the first map, in bytes: enough for a heap of 250 MiB.
    private static let firstRoom = 1 << 16
    /// Another process is mapped from now on if it holds more by this factor, so that the maps are of one process while two
    /// are about as large.
    private static let lead = 1.25

    /// Looks at the map that was asked for, and asks for the next one if it is due.
    ///
    /// - Parameter holders: the processes of the last sample.
    /// - Returns: when to do so again, in seconds; nil for after the next sample.
    mutating func step(atSeconds now: Double, holders: [HeapHolder]) -> Double? {
        if asked != nil { look(now) }
        if asked == nil {
            guard let holder = choose(holders) else { return nil }
            if schedule.isDue(atSeconds: now, held: holder.held) { ask(holder, now) }
        }
        guard let asked else { return max(schedule.next, now + Self.looks.first) }
        return now + (now - asked.seconds < 1 ? Self.looks.first : Self.looks.later)
    }

    private func choose(_ holders: [HeapHolder]) -> HeapHolder? {
        guard let largest = holders.max(by: { $0.held < $1.held }), largest.held > .zero else { return nil }
        guard let last = series.maps.last?.process, let same = holders.first(where: { $0.identity == last }),
            largest.held.asDouble <= same.held.asDouble * Self.lead
        else { return largest }
        return same
    }

    private mutating func ask(_ holder: HeapHolder, _ now: Double) {
        do {
            request = try MapRequest(to: holder.identity.identifier, room: room(holder.identity))
            asked = Asked(holder: holder, seconds: now)
        } catch {
            fail(error.message, now)
        }
    }

    /// The room for a map of a process: what its last one took, an eighth more, and the least.
    private func room(_ process: ProcessIdentity) -> Int {
        guard let last = series.maps.last(where: { $0.process == process })?.cells else { return Self.firstRoom }
        let pages = last.stretches.reduce(0) { $0 + $1.counts.count * last.pagesPerCell }
        return max(pages * 2 + pages / 4 + Self.firstRoom, Self.firstRoom)
    }

    private mutating func look(_ now: Double) {
        guard var asked else { return }
        do {
            switch try request?.look() {
            case .answered(let cells) where cells.stretches.isEmpty:
                fail("the heap of process \(asked.holder.identity.identifier) has no pages", now)
            case .answered(let cells):
                let service = asked.begun.map { now - $0 } ?? 0
                schedule.noteTaken(atSeconds: now, held: asked.holder.held, service: service)
                series.append(
                    TakenMap(
                        process: asked.holder.identity, name: asked.holder.name, seconds: now, cells: cells))
                failure = nil
                end()
            case .begun:
                asked.begun = asked.begun ?? now
                self.asked = asked
            case .waiting:
                let waited = now - asked.seconds
                if waited > Self.patience, let error = request?.takeBack(after: waited) { fail(error.message, now) }
            case nil: end()
            }
        } catch {
            fail(error.message, now)
        }
    }

    private mutating func fail(_ reason: String, _ now: Double) {
        failure = reason
        schedule.noteFailure(atSeconds: now)
        end()
    }

    /// Stops taking maps, and returns those taken so far.
    consuming func finish() -> RunMaps {
        RunMaps(series, failure: series.maps.isEmpty ? failure : nil)
    }

    /// Ends the request, if there is one.
    private mutating func end() {
        request = nil
        asked = nil
    }
}
