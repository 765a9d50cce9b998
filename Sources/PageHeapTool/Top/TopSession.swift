import CPageHeap
import FoundationEssentials
import Glibc

/// Looks at a process again and again.
struct TopSession: TopSource, ~Copyable {
    let process: Int32
    let interval: Double
    /// How long to wait for the process's answer, in seconds.
    private static let patience = 2.0
    /// The readings that the curve is made of.
    private static let mostPoints = 600

    private let identity: ProcessIdentity?
    private let start = ContinuousClock.now
    private(set) var reading: TopReading?
    private(set) var points: [TerminalCurve.Point] = []

    init(_ process: Int32, interval: Double) {
        self.process = process
        self.interval = interval
        identity = ProcessIdentity(of: process)
    }

    var seconds: Double { start.duration(to: .now).inSeconds }
    /// The end of the process is seen at the next look.
    var isOver: Bool { false }
    var endingKeys: String { "q quit" }

    mutating func look() throws(ToolError) {
        let snapshot = try ProcessSnapshot(of: process)
        if let identity, ProcessIdentity(of: process) != identity {
            throw ToolError(.noInput, "process \(process) executed another program")
        }
        var classes: [ClassFigures] = []
        var missing: String?
        do {
            classes = try ControlChannel(to: process, patience: Self.patience, serviceSeconds: Self.patience).classes()
        } catch {
            missing = error.message
        }
        let reading = TopReading(
            seconds: seconds, name: snapshot.name, process: process,
            age: snapshot.heap.seconds(\.age_nanoseconds), resident: snapshot.resident, heap: snapshot.heap,
            classes: classes, missing: missing)
        points.append(reading.point)
        if points.count > Self.mostPoints { points.removeFirst(points.count - Self.mostPoints) }
        self.reading = reading
    }

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
