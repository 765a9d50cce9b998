/// The memory of all processes of a run at one moment.
struct MemorySample: Hashable, Sendable {
    /// After the program's start.
    let seconds: Double
    let residentBytes: ByteCount
    /// Zero as long as no process has published figures.
    let inUseBytes: ByteCount
    let retainedBytes: ByteCount
    /// nil where no process has a goal.
    let goalBytes: ByteCount?
}

extension MemorySample: Codable {
    enum CodingKeys: String, CodingKey {
        case seconds, residentBytes, inUseBytes, retainedBytes, goalBytes
    }

    /// The goal is written as null where there is none, not left out.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(residentBytes, forKey: .residentBytes)
        try container.encode(inUseBytes, forKey: .inUseBytes)
        try container.encode(retainedBytes, forKey: .retainedBytes)
        try container.encode(goalBytes, forKey: .goalBytes)
    }
}
