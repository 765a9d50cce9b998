import FoundationEssentials
import PageHeapReplay

/// All that a replay has shown, as it is saved and as the table and the report are made from it.
struct ReplayResult: Sendable {
    let file: String
    let format: String
    /// How many events make a second, if the trace has no times.
    let eventsPerSecond: Double?
    /// The processes that the trace holds, if its format has several.
    let processes: [UInt64]
    /// What a reader must know of the trace.
    let traceNotes: [String]
    /// How many times faster than recorded the events were to be performed for real; 0 for as fast as possible.
    let speed: Double
    let policies: [PolicyResult]
    let allocators: [AllocatorReplay]
    /// The name of the signal that ended the replay early.
    let stoppedBy: String?

    /// What a reader must know, as sentences.
    var notes: [String] {
        var notes: [String] = []
        if let stoppedBy {
            let isCut = policies.contains { !$0.isComplete }
            let what =
                isCut ? "the last policy shown has not seen the whole trace" : "what was not done by then is not shown"
            notes.append("The replay was ended by \(stoppedBy): \(what).")
        }
        notes += traceNotes
        let counts = policies.first?.counts ?? EventCounts()
        if counts.unmatched > 0 {
            notes.append(
                "\(KeyFigure.grouped(counts.unmatched)) events are of blocks of which the trace does not tell all: it began "
                    + "after the program, or lacks events.")
        }
        for result in policies where result.counts.refused > 0 {
            notes.append("\(KeyFigure.grouped(result.counts.refused)) requests were refused under \(result.policy).")
        }
        for result in allocators where result.counts.refused > 0 {
            notes.append("\(KeyFigure.grouped(result.counts.refused)) requests were refused by \(result.name).")
        }
        return notes + lateNotes + [disagreement].compactMap { $0 }
    }

    /// How far virtual time and a replay for real may lie apart before that is said: a quarter, and 8 MiB.
    private static let agreement = (share: 0.25, bytes: 8.0 * 1_048_576)

    /// What to think of virtual time if PageHeap had other memory when the events were performed for real.
    private var disagreement: String? {
        guard let virtual = policies.first, virtual.policy == ReplayPolicy.standard.name,
            let real = allocators.first(where: { $0.name == ComparedAllocator.pageHeapName })
        else { return nil }
        var pairs = [
            ("at its peak", virtual.peakResidentBytes, real.peakResidentBytes),
            ("after the idle time", virtual.idleResidentBytes, real.idleResidentBytes),
        ]
        // At another speed, less or more has gone back by then.
        if speed == 1 { pairs.append(("after the last event", virtual.finalResidentBytes, real.finalResidentBytes)) }
        guard
            let (when, simulated, measured) = pairs.first(where: { _, simulated, measured in
                let difference = abs(Double(simulated) - Double(measured))
                return difference > max(Self.agreement.share * Double(measured), Self.agreement.bytes)
            })
        else { return nil }
        return "For real, PageHeap had \(ByteCount(measured)) \(when), and in virtual time \(ByteCount(simulated)). "
            + "Whether memory is kept depends on what a page fault costs, which virtual time assumes, and on the times of the "
            + "events: trust the replay for real, with --speed 1, if it matters."
    }

    /// A replay for real is late by more than what starting it takes.
    private static let lateFactor = 1.05
    private static let lateSeconds = 0.1

    /// Which replays for real took longer than the speed that was asked for allows.
    private var lateNotes: [String] {
        guard speed > 0, let recorded = policies.first?.seconds else { return [] }
        let wanted = recorded / speed
        return allocators.filter { $0.wallSeconds > wanted * Self.lateFactor + Self.lateSeconds }.map { result in
            "Under \(result.name) the events took \(TimeText.describe(seconds: result.wallSeconds)), and not "
                + "\(TimeText.describe(seconds: wanted)): it could not keep up with --speed \(NumberText.significant(speed))."
        }
    }

    /// The curves as a table.
    func csv() -> String {
        var text = "policy,seconds,residentBytes,inUseBytes\n"
        for result in policies {
            let name = result.policy.contains(",") ? "\"\(result.policy)\"" : result.policy
            for point in result.curve {
                text += "\(name),\(Double(point.time) * 1e-9),\(point.resident),\(point.inUse)\n"
            }
        }
        return text
    }
}

extension ReplayResult: Encodable {
    private enum CodingKeys: String, CodingKey {
        case pageheapVersion, file, format, eventsPerSecond, processes, events, machine, policies, allocators, stoppedBy
        case notes
    }

    private struct Events: Encodable {
        let allocations, frees, reallocations, threads, unmatched: UInt64
    }

    private struct Machine: Encodable {
        let pageBytes = UInt64(ReplayMachine.pageBytes)
        let processors = UInt64(ReplayMachine().processors)
        let releaseNanosecondsPerPage = ReplayMachine.releaseNanoseconds
        let faultNanosecondsPerPage = ReplayMachine.faultNanoseconds
        let bytesPerProcessor = ReplayMachine.bytesPerProcessor
    }

    private struct Policy: Encodable {
        struct Point: Encodable {
            let seconds: Double
            let residentBytes, inUseBytes: UInt64
        }
        let settings: String
        let isComplete: Bool
        let seconds, idleSeconds: Double
        let peakResidentBytes: UInt64
        let peakSeconds: Double
        let peakInUseBytes, meanResidentBytes, finalResidentBytes, finalInUseBytes, idleResidentBytes: UInt64
        let residentByteSeconds: Double
        let faults, releasedBytes, refaultedBytes, refusedRequests: UInt64
        let workerCPUSeconds, callerCPUSeconds, faultCPUSeconds, memoryCostCPUSeconds, costCPUSeconds: Double
        let curve: [Point]

        init(_ result: PolicyResult) {
            settings = result.policy
            isComplete = result.isComplete
            seconds = result.seconds
            idleSeconds = result.idleSeconds
            peakResidentBytes = result.peakResidentBytes
            peakSeconds = result.peakSeconds
            peakInUseBytes = result.peakInUseBytes
            meanResidentBytes = result.meanResidentBytes
            finalResidentBytes = result.finalResidentBytes
            finalInUseBytes = result.finalInUseBytes
            idleResidentBytes = result.idleResidentBytes
            residentByteSeconds = result.residentByteSeconds
            faults = result.faults
            releasedBytes = result.releasedBytes
            refaultedBytes = result.refaultedBytes
            refusedRequests = result.counts.refused
            workerCPUSeconds = result.workerCPUSeconds
            callerCPUSeconds = result.callerCPUSeconds
            faultCPUSeconds = result.faultCPUSeconds
            memoryCostCPUSeconds = result.memoryCost
            costCPUSeconds = result.cost
            curve = result.curve.map {
                Point(seconds: Double($0.time) * 1e-9, residentBytes: $0.resident, inUseBytes: $0.inUse)
            }
        }
    }

    private struct Allocator: Encodable {
        private enum Keys: String, CodingKey {
            case name, library, peakResidentBytes, finalResidentBytes, idleResidentBytes, idleSeconds, wallSeconds
            case userCPUSeconds, systemCPUSeconds, idleCPUSeconds, faults, refusedRequests
        }
        let result: AllocatorReplay

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Keys.self)
            try container.encode(result.name, forKey: .name)
            try container.encode(result.library, forKey: .library)
            try container.encode(result.peakResidentBytes, forKey: .peakResidentBytes)
            try container.encode(result.finalResidentBytes, forKey: .finalResidentBytes)
            try container.encode(result.idleResidentBytes, forKey: .idleResidentBytes)
            try container.encode(result.idleSeconds, forKey: .idleSeconds)
            try container.encode(result.wallSeconds, forKey: .wallSeconds)
            try container.encode(result.userCPUSeconds, forKey: .userCPUSeconds)
            try container.encode(result.systemCPUSeconds, forKey: .systemCPUSeconds)
            try container.encode(result.idleCPUSeconds, forKey: .idleCPUSeconds)
            try container.encode(result.faults, forKey: .faults)
            try container.encode(result.counts.refused, forKey: .refusedRequests)
        }
    }

    /// Encodes the result. Every key is always present; absent values are null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let counts = policies.first?.counts ?? EventCounts()
        try container.encode(PageHeapCommand.version, forKey: .pageheapVersion)
        try container.encode(file, forKey: .file)
        try container.encode(format, forKey: .format)
        try container.encode(eventsPerSecond, forKey: .eventsPerSecond)
        try container.encode(processes, forKey: .processes)
        try container.encode(
            Events(
                allocations: counts.allocations, frees: counts.frees, reallocations: counts.reallocations,
                threads: counts.threads, unmatched: counts.unmatched), forKey: .events)
        try container.encode(Machine(), forKey: .machine)
        try container.encode(policies.map(Policy.init), forKey: .policies)
        try container.encode(allocators.map(Allocator.init), forKey: .allocators)
        try container.encode(stoppedBy, forKey: .stoppedBy)
        try container.encode(notes, forKey: .notes)
    }
}
