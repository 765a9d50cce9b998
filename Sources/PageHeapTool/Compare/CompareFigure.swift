/// What allocators are compared by, in the order of the table's columns. The raw values are the keys in JSON.
enum CompareFigure: String, CaseIterable, Sendable {
    case wallSeconds, cpuSeconds, peakResidentBytes, meanResidentBytes, residentByteSeconds, pageFaults, lastDropSeconds
    case residentAfter1SecondBytes, residentAfter5SecondsBytes, residentAfter10SecondsBytes

    /// Above the column.
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

    /// Below the heading.
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

    /// In bytes, seconds or pieces; nil where the run does not tell.
    func value(of run: CompareRun) -> Double? {
        let wasSeen = run.peakResidentBytes > .zero
        return switch self {
        case .wallSeconds: run.wallSeconds
        case .cpuSeconds: run.cpuSeconds
        case .peakResidentBytes: wasSeen ? run.peakResidentBytes.asDouble : nil
        case .meanResidentBytes: wasSeen ? run.meanResidentBytes.asDouble : nil
        case .residentByteSeconds: wasSeen ? run.residentByteSeconds : nil
        case .pageFaults: Double(run.minorPageFaults) + Double(run.majorPageFaults)
        case .lastDropSeconds: run.lastDrop.flatMap { $0.isFall ? $0.seconds : nil }
        case .residentAfter1SecondBytes: run.residentAfter1SecondBytes?.asDouble
        case .residentAfter5SecondsBytes: run.residentAfter5SecondsBytes?.asDouble
        case .residentAfter10SecondsBytes: run.residentAfter10SecondsBytes?.asDouble
        }
    }

    /// Whether its ratio to another allocator's says something.
    var hasRatio: Bool { self != .lastDropSeconds }

    /// A value in the column's unit, in three significant digits or more.
    func text(_ value: Double) -> String {
        switch self {
        case .wallSeconds, .cpuSeconds, .lastDropSeconds: Self.digits(value)
        case .pageFaults: KeyFigure.grouped(UInt64(min(max(value, 0), 0x1p62).rounded()))
        default: Self.digits(value / 1_048_576)
        }
    }

    private static func digits(_ value: Double) -> String {
        let places = value < 0.9995 ? 3 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return Markup.fixed(value, places: places)
    }
}
