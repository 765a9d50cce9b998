import CPageHeap

/// All processes of a run, as a live view shows them: what they have together, and the size classes of the one with the most
/// memory in use.
struct LiveSource: TopSource {
    /// How long to wait for a process's answer, in seconds.
    private static let patience = 1.0

    let samples: LiveSamples
    private let held: HeldOutput
    /// The program's name.
    let name: String
    let interval = 1.0
    let endingKeys = "^C end program   q close"

    private let start = ContinuousClock.now
    /// The size classes that a process told last, and when, in seconds.
    private var told: (process: Int32, seconds: Double, classes: [ClassFigures])?
    /// How long they are shown if it does not tell again, as while it writes a map for the report.
    private static let toldSeconds = 5.0
    private(set) var reading: TopReading?
    private(set) var points: [TerminalCurve.Point] = []

    init(_ samples: LiveSamples, _ held: HeldOutput, name: String) {
        self.samples = samples
        self.held = held
        self.name = name
    }

    var seconds: Double { start.duration(to: .now).inSeconds }
    /// The view also ends if it can no longer keep what the program writes, which waits.
    var isOver: Bool { samples.isOver || held.isFull }

    mutating func look() throws(ToolError) {
        if held.isFull { throw ToolError(.inputOutput, "the folder for temporary files is full") }
        guard let latest = samples.latest, !samples.isOver else { throw ToolError(.noInput, "the program has ended") }
        var classes: [ClassFigures] = []
        var missing: String?
        if let process = latest.publishers.first {
            do {
                classes = try channel(to: process).classes()
                told = (process, seconds, classes)
            } catch {
                if let told, told.process == process, seconds - told.seconds < Self.toldSeconds {
                    classes = told.classes
                } else {
                    missing = error.message
                }
            }
        } else {
            missing = "no process publishes figures of its heap"
        }
        points = samples.samples.map {
            TerminalCurve.Point(seconds: $0.seconds, resident: $0.residentBytes, inUse: $0.residentInUse)
        }
        var reading = Self.reading(latest, name: name, classes: classes, missing: missing)
        if latest.publishers.count > 1 { reading.processOfClasses = latest.publishers.first.map { "process \($0)" } }
        self.reading = reading
    }

    static func reading(
        _ latest: LiveSamples.Latest, name: String, classes: [ClassFigures] = [], missing: String? = nil
    ) -> TopReading {
        TopReading(
            seconds: latest.sample.seconds, name: name, process: latest.program, others: max(latest.processes - 1, 0),
            age: latest.sample.seconds, resident: latest.sample.residentBytes, heap: latest.heap, classes: classes,
            missing: missing)
    }

    func release() -> String {
        let publishers = samples.latest?.publishers ?? []
        var (bytes, served) = (ByteCount.zero, 0)
        var failure: String?
        for process in publishers where !samples.isOver {
            do {
                bytes += ByteCount(try channel(to: process).ask(PAGEHEAP_CONTROL_RELEASE).answer)
                served += 1
            } catch {
                failure = error.message
            }
        }
        if served == 0 { return failure ?? "no process publishes figures of its heap" }
        let which = publishers.count > 1 ? " by \(served) of \(publishers.count) processes" : ""
        return "\(bytes) of physical memory given back\(which)"
    }

    private func channel(to process: Int32) throws(ToolError) -> ControlChannel {
        // The supervisor takes the signals.
        try ControlChannel(
            to: process, patience: Self.patience, serviceSeconds: Self.patience, heedsSignals: false)
    }
}
