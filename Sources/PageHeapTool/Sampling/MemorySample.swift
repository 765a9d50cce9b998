/// The memory of all processes of a run at one moment.
struct MemorySample: Hashable, Sendable {
    /// The time after the program's start.
    let seconds: Double
    let residentBytes: ByteCount
    /// Zero until a process has published statistics.
    let inUseBytes: ByteCount
    let retainedBytes: ByteCount
    /// nil if no process has a goal.
    let goalBytes: ByteCount?

    /// What is in use or retained, as far as it can be resident: a program may hold memory that it never touched.
    var residentInUse: ByteCount { min(inUseBytes, residentBytes) }
    var residentRetained: ByteCount { min(retainedBytes, residentBytes) }
}

extension MemorySample: Codable {
    enum CodingKeys: String, CodingKey {
        case seconds, residentBytes, inUseBytes, retainedBytes, goalBytes
    }

    /// Encodes the sample. If there is no goal, its key is written with null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(residentBytes, forKey: .residentBytes)
        try container.encode(inUseBytes, forKey: .inUseBytes)
        try container.encode(retainedBytes, forKey: .retainedBytes)
        try container.encode(goalBytes, forKey: .goalBytes)
    }
}
