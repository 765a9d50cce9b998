/// The memory of all processes of a run at one moment, and what they had used until then.
struct MemorySample: Hashable, Sendable {
    /// The time after the program's start.
    let seconds: Double
    let residentBytes: ByteCount
    /// Zero until a process has published statistics.
    let inUseBytes: ByteCount
    let retainedBytes: ByteCount
    /// nil if no process has a goal.
    let goalBytes: ByteCount?
    /// The CPU time and the page faults of all processes so far, of those that have ended, too. They never fall.
    var use = ProcessUse()
    /// The part of that CPU time that the heaps spent on giving memory back: the workers, and assists in allocations.
    var scavengerCPUSeconds = 0.0

    /// What is in use or retained, as far as it can be resident: a program may hold memory that it never touched.
    var residentInUse: ByteCount { min(inUseBytes, residentBytes) }
    var residentRetained: ByteCount { min(retainedBytes, residentBytes) }
}

extension MemorySample: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case seconds, residentBytes, inUseBytes, retainedBytes, goalBytes
        case cpuSeconds, scavengerCPUSeconds, minorPageFaults, majorPageFaults
    }

    /// Encodes the sample. If there is no goal, its key is written with null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(residentBytes, forKey: .residentBytes)
        try container.encode(inUseBytes, forKey: .inUseBytes)
        try container.encode(retainedBytes, forKey: .retainedBytes)
        try container.encode(goalBytes, forKey: .goalBytes)
        try container.encode(use.cpuSeconds, forKey: .cpuSeconds)
        try container.encode(scavengerCPUSeconds, forKey: .scavengerCPUSeconds)
        try container.encode(use.minorFaults, forKey: .minorPageFaults)
        try container.encode(use.majorFaults, forKey: .majorPageFaults)
    }

    /// Decodes a sample. In runs that an earlier version saved, nothing was used.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        seconds = try container.decode(Double.self, forKey: .seconds)
        residentBytes = try container.decode(ByteCount.self, forKey: .residentBytes)
        inUseBytes = try container.decode(ByteCount.self, forKey: .inUseBytes)
        retainedBytes = try container.decode(ByteCount.self, forKey: .retainedBytes)
        goalBytes = try container.decodeIfPresent(ByteCount.self, forKey: .goalBytes)
        use.cpuSeconds = try container.decodeIfPresent(Double.self, forKey: .cpuSeconds) ?? 0
        use.minorFaults = try container.decodeIfPresent(UInt64.self, forKey: .minorPageFaults) ?? 0
        use.majorFaults = try container.decodeIfPresent(UInt64.self, forKey: .majorPageFaults) ?? 0
        scavengerCPUSeconds = try container.decodeIfPresent(Double.self, forKey: .scavengerCPUSeconds) ?? 0
    }
}
