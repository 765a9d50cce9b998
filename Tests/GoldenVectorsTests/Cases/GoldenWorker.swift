import PageHeapCore

/// A background scavenger whose releases, sleeps and stops come from the events of a case, and whose rounds must match
/// those events.
struct GoldenWorker {
    private let events: [VectorValue]
    private let physicalPage: ByteCount
    private var position = 0
    private var pacer = SleepRatioPacer()
    private var damage: VectorDamage?

    init(events: [VectorValue], physicalPage: ByteCount) {
        self.events = events
        self.physicalPage = physicalPage
    }

    /// Plays all events.
    mutating func run(_ report: inout VectorReport) throws {
        while position < events.count {
            let work = ScavengeRun.perform(physicalPage: physicalPage) {
                self.takeStop()
            } quantum: {
                self.takeQuantum($0)
            }
            if let damage { throw damage }
            let ended = try take("run", fields: 4)
            try report.check(ended[1].field, try ended[1].unsigned, work.released.rawValue)
            try report.check(ended[3].field, try ended[3].word.digits, work.worked.bitPattern.digits)
            if work.released == 0 {
                _ = try take("park", fields: 1)
            } else {
                try sleep(after: SleepRatioPacer.counted(work.worked), &report)
            }
        }
    }

    private mutating func sleep(after worked: Double, _ report: inout VectorReport) throws {
        let slept = try take("sleep", fields: 3)
        try report.check(slept[1].field, try slept[1].integer, Int(pacer.sleepTime(worked: worked)))
        let state = try take("st", fields: 7)
        pacer.endRound(
            worked: worked, slept: Int64(try slept[2].integer(in: -(1 << 62)...(1 << 62))),
            processors: Double(try state[1].integer(in: 1...(1 << 20))))
        try report.check(state[3].field, try state[3].word.digits, pacer.sleepRatio.bitPattern.digits)
        try report.check(state[4].field, try state[4].integer, Int(pacer.cooldown))
        try report.check(
            state[5].field, try state[5].word.digits, pacer.controller.errorIntegral.bitPattern.digits)
        try report.check(state[6].field, try state[6].bool, pacer.wasReset)
    }

    /// Returns the next event, which must be of the given kind.
    private mutating func take(_ kind: String, fields count: Int) throws -> [VectorValue] {
        guard position < events.count else { throw VectorDamage("events: \"\(kind)\" should follow the last one") }
        let fields = try events[position].elements(atLeast: 1)
        guard try fields[0].text == kind, fields.count >= count else {
            throw fields[0].damage("\"\(kind)\" with \(count - 1) values")
        }
        position += 1
        return fields
    }

    private mutating func takeStop() -> Bool {
        guard (try? take("stop", fields: 2)) != nil else { return false }
        return true
    }

    private mutating func takeQuantum(_ asked: ByteCount) -> (released: ByteCount, nanoseconds: Int64) {
        do {
            let fields = try take("scav", fields: 4)
            guard try fields[1].unsigned == asked.rawValue else { throw fields[1].damage("\(asked.rawValue)") }
            let released = try fields[2].integer(in: 0...(1 << 40))
            guard released == 0 || released >= Int(physicalPage.rawValue) else {
                throw fields[2].damage("at least a physical page")
            }
            return (ByteCount(UInt(released)), Int64(try fields[3].integer))
        } catch {
            // Releasing nothing ends the round.
            damage = damage ?? VectorDamage("\(error)")
            return (0, 0)
        }
    }
}
