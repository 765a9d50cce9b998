/// The curves of the single processes of a run.
struct ProcessCurves: Hashable, Codable, Sendable {
    /// The times of all curves, in seconds after the program's start. They are times of samples.
    var seconds: [Double] = []
    /// The programs with the highest peaks, highest first, and behind them the sum of all others, if there are any.
    var processes: [ProcessCurve] = []
}

/// One program that a process executed, or the sum of several.
struct ProcessCurve: Hashable, Sendable {
    /// nil for the sum of several.
    var name: String?
    var processIdentifier: Int32?
    /// How many programs this is the sum of; each counts once for each process that executed it.
    var programs: Int
    /// The times of the first and the last sample that saw it.
    var firstSeconds: Double
    var lastSeconds: Double
    var peakResidentBytes: ByteCount
    /// nil if it published no figures of a heap.
    var peakInUseBytes: ByteCount?
    /// What it used itself until the last sample that saw it; in the sum of several also what no sample saw.
    var cpuSeconds: Double
    var minorPageFaults: UInt64
    var majorPageFaults: UInt64
    /// The memory at each of the times; nil for when there was none.
    var residentBytes: [ByteCount?]
    var inUseBytes: [ByteCount?]

    /// The name and the identifier, such as `python3 1234`.
    var label: String {
        guard let processIdentifier else { return programs == 1 ? "1 other" : "\(programs) others" }
        return "\(name ?? "?") \(processIdentifier)"
    }
}

extension ProcessCurve: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, processIdentifier, programs, firstSeconds, lastSeconds, peakResidentBytes, peakInUseBytes
        case cpuSeconds, minorPageFaults, majorPageFaults, residentBytes, inUseBytes
    }

    /// Encodes the curve. Every key is always present; absent values are null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(processIdentifier, forKey: .processIdentifier)
        try container.encode(programs, forKey: .programs)
        try container.encode(firstSeconds, forKey: .firstSeconds)
        try container.encode(lastSeconds, forKey: .lastSeconds)
        try container.encode(peakResidentBytes, forKey: .peakResidentBytes)
        try container.encode(peakInUseBytes, forKey: .peakInUseBytes)
        try container.encode(cpuSeconds, forKey: .cpuSeconds)
        try container.encode(minorPageFaults, forKey: .minorPageFaults)
        try container.encode(majorPageFaults, forKey: .majorPageFaults)
        try container.encode(residentBytes, forKey: .residentBytes)
        try container.encode(inUseBytes, forKey: .inUseBytes)
    }
}

extension KeyedDecodingContainer {
    /// Decodes the curves of a saved run. One that an earlier version saved has none.
    func decode(_ type: ProcessCurves.Type, forKey key: Key) throws -> ProcessCurves {
        try decodeIfPresent(type, forKey: key) ?? ProcessCurves()
    }
}
