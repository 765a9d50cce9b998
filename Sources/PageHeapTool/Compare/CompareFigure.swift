/// The figures by which allocators are compared, in the order of the table's columns. The raw values are the JSON keys.
enum CompareFigure: String, CaseIterable, Sendable {
    case wallSeconds, cpuSeconds, peakResidentBytes, meanResidentBytes, residentByteSeconds, pageFaults, lastDropSeconds
    case residentAfter1SecondBytes, residentAfter5SecondsBytes, residentAfter10SecondsBytes

    /// The heading of the column.
    var heading: String {
        switch self {
        case .wallSeconds: "time"
        case .cpuSeconds: "CPU"
        case .peakResidentBytes: "peak"
        case .meanResidentBytes: "mean"
        case .residentByteSeconds: "RSS×time"
        case .pageFaults: "faults"
        case .lastDropSeconds: "fell at"
        case .residentAfter1SecondBytes: "+1 s"
        case .residentAfter5SecondsBytes: "+5 s"
        case .residentAfter10SecondsBytes: "+10 s"
        }
    }

    /// The unit, which is shown below the heading.
    var unit: String {
        switch self {
        case .wallSeconds, .cpuSeconds, .lastDropSeconds: "s"
        case .residentByteSeconds: "MiB·s"
        case .pageFaults: ""
        case .peakResidentBytes, .meanResidentBytes, .residentAfter1SecondBytes, .residentAfter5SecondsBytes,
            .residentAfter10SecondsBytes:
            "MiB"
        }
    }

    /// Returns the figure of a run, in bytes, seconds or as a count; nil if the run does not have it.
    func value(of run: CompareRun) -> Double? {
        switch self {
        case .wallSeconds: run.wallSeconds
        case .cpuSeconds: run.cpuSeconds
        case .peakResidentBytes: run.peakResidentBytes?.asDouble
        case .meanResidentBytes: run.meanResidentBytes?.asDouble
        case .residentByteSeconds: run.residentByteSeconds
        case .pageFaults: Double(run.minorPageFaults) + Double(run.majorPageFaults)
        case .lastDropSeconds: run.lastDrop.flatMap { $0.isFall ? $0.seconds : nil }
        case .residentAfter1SecondBytes: run.residentAfter1SecondBytes?.asDouble
        case .residentAfter5SecondsBytes: run.residentAfter5SecondsBytes?.asDouble
        case .residentAfter10SecondsBytes: run.residentAfter10SecondsBytes?.asDouble
        }
    }

    /// Whether the ratio to another allocator's figure is meaningful.
    var hasRatio: Bool { self != .lastDropSeconds }

    /// Formats a value in the column's unit, with at least three significant digits.
    func text(_ value: Double) -> String {
        switch self {
        case .wallSeconds, .cpuSeconds, .lastDropSeconds: Self.digits(value)
        case .pageFaults: KeyFigure.grouped(UInt64(min(max(value, 0), 0x1p62).rounded()))
        default: Self.digits(value / 1_048_576)
        }
    }

    private static func digits(_ value: Double) -> String {
        let places = value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return NumberText.fixed(value, places: places)
    }
}
