import CPageHeap
import FoundationEssentials
import Glibc

/// Looks at a process again and again.
struct TopSession: ~Copyable {
    let process: Int32
    /// Seconds between two looks.
    let interval: Double
    /// How long to wait for the process's answer, in seconds.
    private static let patience = 2.0
    /// The readings that the curve is made of.
    private static let mostReadings = 600

    private let identity: ProcessIdentity?
    private let start = ContinuousClock.now
    private(set) var readings: [TopReading] = []
    private(set) var missing: String?

    init(_ process: Int32, interval: Double) {
        self.process = process
        self.interval = interval
        identity = ProcessIdentity(of: process)
    }

    var seconds: Double { start.duration(to: .now).inSeconds }

    /// Takes a reading.
    ///
    /// - Throws: if the process has ended, or cannot be looked at.
    mutating func look() throws(ToolError) {
        let snapshot = try ProcessSnapshot(of: process)
        if let identity, ProcessIdentity(of: process) != identity {
            throw ToolError(.noInput, "process \(process) executed another program")
        }
        var classes: [ClassFigures] = []
        missing = nil
        do {
            classes = try ControlChannel(to: process, patience: Self.patience, serviceSeconds: Self.patience).classes()
        } catch {
            missing = error.message
        }
        readings.append(TopReading(seconds: seconds, snapshot: snapshot, classes: classes))
        if readings.count > Self.mostReadings { readings.removeFirst(readings.count - Self.mostReadings) }
    }

    /// Asks the process to give all free memory back. Returns what came of it.
    func release() -> String {
        do {
            let (bytes, _) = try ControlChannel(to: process, patience: Self.patience, serviceSeconds: Self.patience)
                .ask(PAGEHEAP_CONTROL_RELEASE)
            return "\(ByteCount(bytes)) of physical memory given back"
        } catch {
            return error.message
        }
    }
}
