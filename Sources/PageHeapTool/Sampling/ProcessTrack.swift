/// One program that a process executed, as the samples saw it.
struct ProcessTrack: Sendable {
    /// The memory at one of the times of a ``ProcessHistory``.
    struct Row: Sendable {
        var index: Int
        let resident: ByteCount
        let inUse: ByteCount?
    }

    let identity: ProcessIdentity
    private(set) var name: String
    let firstSeconds: Double
    private(set) var lastSeconds: Double
    private(set) var peakResident: ByteCount
    private(set) var peakInUse: ByteCount?
    var use = ProcessUse()
    private(set) var rows: [Row] = []

    init(_ member: ProcessHistory.Member, seconds: Double) {
        identity = member.reading.identity
        name = member.reading.name
        firstSeconds = seconds
        lastSeconds = seconds
        peakResident = member.resident
    }

    /// Whether the track has the lower peak; of equal ones, whether it began later. So the order never depends on chance.
    func isLess(than other: ProcessTrack) -> Bool {
        (peakResident, -firstSeconds, -identity.identifier) < (
            other.peakResident, -other.firstSeconds, -other.identity.identifier
        )
    }

    /// Records a sample.
    /// - Parameter row: the time at which its memory is kept; nil if it is not kept.
    mutating func note(_ member: ProcessHistory.Member, _ use: ProcessUse, seconds: Double, row: Int?) {
        name = member.reading.name
        lastSeconds = seconds
        self.use = use
        peakResident = max(peakResident, member.resident)
        let inUse = member.inUse.map { min($0, member.resident) }
        if let inUse { peakInUse = max(peakInUse ?? .zero, inUse) }
        if let row { rows.append(Row(index: row, resident: member.resident, inUse: inUse)) }
    }

    /// Removes the memory at a time that is the latest one.
    mutating func removeValue(at index: Int) {
        if rows.last?.index == index { rows.removeLast() }
    }

    /// Keeps one time of each pair.
    /// - Parameter chosen: the kept time of each pair.
    mutating func keepRows(_ chosen: [Int]) {
        rows = rows.compactMap { row in
            guard chosen[row.index / 2] == row.index else { return nil }
            return Row(index: row.index / 2, resident: row.resident, inUse: row.inUse)
        }
    }

    /// Returns the result.
    /// - Parameter length: the number of times.
    func curve(length: Int) -> ProcessCurve {
        var resident = [ByteCount?](repeating: nil, count: length)
        var inUse = resident
        for row in rows { (resident[row.index], inUse[row.index]) = (row.resident, row.inUse) }
        return ProcessCurve(
            name: name, processIdentifier: identity.identifier, programs: 1, firstSeconds: firstSeconds,
            lastSeconds: lastSeconds, peakResidentBytes: peakResident, peakInUseBytes: peakInUse,
            cpuSeconds: use.cpuSeconds, minorPageFaults: use.minorFaults, majorPageFaults: use.majorFaults,
            residentBytes: resident, inUseBytes: inUse)
    }
}
