import FoundationEssentials
import PageHeapTrace

/// What `pageheap trace` shows of a trace.
struct TraceSummary: Sendable {
    struct Process: Sendable {
        let process: TracedProcess
        let tally: TraceTally
    }

    let file: String
    let fileBytes: UInt64
    let startedAt: UInt64
    let processes: [Process]
    let losses: TraceLosses

    /// Reads all events of some processes.
    ///
    /// - Parameter progress: called now and then with the share that has been read.
    init(_ reader: TraceReader, file: String, of processes: [TracedProcess], progress: (Double) -> Void)
        throws(TraceError)
    {
        var losses = reader.losses
        var all: [Process] = []
        for (index, process) in processes.enumerated() {
            var events = reader.events(of: process)
            var tally = TraceTally()
            while let event = try events.next() {
                tally.add(event)
                if tally.events & 0xfffff == 0 { progress((Double(index) + events.progress) / Double(processes.count)) }
            }
            losses.add(events.losses)
            all.append(Process(process: process, tally: tally))
        }
        self.file = file
        fileBytes = reader.fileBytes
        startedAt = reader.startedAt
        self.processes = all
        self.losses = losses
    }

    /// All events of the processes that were read.
    var events: UInt64 { processes.reduce(0) { $0 + $1.tally.events } }
}

extension TraceLosses {
    /// Adds what was lost of a process's events.
    mutating func add(_ other: TraceLosses) {
        damagedBlocks += other.damagedBlocks
        damagedEvents += other.damagedEvents
        missingBlocks += other.missingBlocks
        if let offset = other.firstOffset { firstOffset = min(firstOffset ?? offset, offset) }
    }
}
