/// The memory of the single processes of a run over time, in bounded memory however long the run is and however many
/// processes it has.
///
/// All curves have the same times, and at each of them they add up to the resident memory of all processes: what is not in
/// a curve of its own is in the one of the rest. The times are thinned as in ``SampleSeries``, so they are times of samples
/// that are kept there. The curves are those of the programs with the highest peaks; one that comes to be
/// among them only later has the beginning of its curve in the rest.
struct ProcessHistory: Sendable {
    /// The usual capacity of a curve. Even, as that of a series.
    static let usualCapacity = 1000
    /// How many programs are followed, and how many of them have a curve in the end.
    static let usualLimit = 64
    static let shownLimit = 24

    /// A process in a sample.
    struct Member: Sendable {
        let reading: ProcessReading
        let resident: ByteCount
        /// nil if the process has published nothing.
        let inUse: ByteCount?
    }

    /// A process that lives: what it executes now, and what it had used before it executed that.
    private struct Life {
        var identity: ProcessIdentity
        var before: ProcessUse
        var now: ProcessUse
    }

    private let capacity: Int
    private let limit: Int
    private var times: [(seconds: Double, total: ByteCount)] = []
    private var tracks: [ProcessIdentity: ProcessTrack] = [:]
    private var rest: [ByteCount] = []
    private var lives: [Int32: Life] = [:]
    private var stride = 1
    /// How many samples the last time stands for; 0 if the next sample begins a new one.
    private var gathered = 0
    /// The number of programs that were ever seen, each once for each process that executed it.
    private(set) var programCount = 0

    init(capacity: Int = Self.usualCapacity, limit: Int = Self.usualLimit) {
        precondition(capacity >= 2 && capacity % 2 == 0 && limit > 0)
        self.capacity = capacity
        self.limit = limit
    }

    /// Records the processes of a sample. Zombies have no memory, but may have used CPU time since the last sample.
    mutating func note(_ members: [Member], atSeconds seconds: Double) {
        follow(members)
        let present = members.filter { !$0.reading.isZombie && $0.resident > .zero }
        admit(present, seconds)
        let total = present.reduce(.zero) { $0 + $1.resident }
        if gathered == 0 {
            times.append((seconds, total))
            rest.append(.zero)
        }
        let row = times.count - 1
        let isKept = gathered == 0 || total > times[row].total
        if isKept {
            times[row] = (seconds, total)
            rest[row] = .zero
            for identity in tracks.keys { tracks[identity]?.removeValue(at: row) }
        }
        for member in present {
            let life = lives[member.reading.identity.identifier]
            let use = life.map { $0.now - $0.before } ?? ProcessUse()
            if tracks[member.reading.identity]?.note(member, use, seconds: seconds, row: isKept ? row : nil) == nil,
                isKept
            {
                rest[row] += member.resident
            }
        }
        gathered += 1
        if gathered == stride { gathered = 0 }
        if gathered == 0, times.count == capacity { merge() }
    }

    /// Keeps account of what each process used for the program that it executes.
    private mutating func follow(_ members: [Member]) {
        var next: [Int32: Life] = [:]
        for member in members {
            let (identity, own) = (member.reading.identity, member.reading.own)
            let known = lives[identity.identifier].flatMap { $0.identity.startTime == identity.startTime ? $0 : nil }
            if member.reading.isZombie {
                guard var life = known else { continue }
                life.now = own
                tracks[life.identity]?.use = life.now - life.before
                next[identity.identifier] = life
            } else if let known, known.identity == identity {
                next[identity.identifier] = Life(identity: identity, before: known.before, now: own)
            } else {
                programCount += 1
                next[identity.identifier] = Life(identity: identity, before: known?.now ?? ProcessUse(), now: own)
            }
        }
        lives = next
    }

    /// Gives processes a curve, in the place of those with lower peaks.
    private mutating func admit(_ present: [Member], _ seconds: Double) {
        let newcomers = present.filter { tracks[$0.reading.identity] == nil }.sorted { $0.resident > $1.resident }
        for newcomer in newcomers {
            if tracks.count == limit {
                guard let least = tracks.min(by: { $0.value.isLess(than: $1.value) }),
                    least.value.peakResident < newcomer.resident
                else { return }
                for row in least.value.rows { rest[row.index] += row.resident }
                tracks.removeValue(forKey: least.key)
            }
            tracks[newcomer.reading.identity] = ProcessTrack(newcomer, seconds: seconds)
        }
    }

    /// Keeps the time with more memory of each pair of neighbours.
    private mutating func merge() {
        let chosen = Swift.stride(from: 0, to: times.count, by: 2).map { row in
            times[row + 1].total > times[row].total ? row + 1 : row
        }
        times = chosen.map { times[$0] }
        rest = chosen.map { rest[$0] }
        for identity in tracks.keys { tracks[identity]?.keepRows(chosen) }
        stride *= 2
    }

    /// Returns the curves: those of the largest programs, largest first, and the sum of all others.
    /// - Parameter total: what all processes used together, which includes those that no sample saw.
    func curves(total: ProcessUse) -> ProcessCurves {
        let sorted = tracks.values.sorted { $1.isLess(than: $0) }
        let (shown, folded) = (sorted.prefix(Self.shownLimit), sorted.dropFirst(Self.shownLimit))
        var rest = rest
        for row in folded.flatMap(\.rows) { rest[row.index] += row.resident }
        let used = shown.reduce(ProcessUse()) { $0 + $1.use }
        let others = total - used
        var processes = shown.map { $0.curve(length: times.count) }
        let first = rest.firstIndex { $0 > .zero }
        if programCount > shown.count, let first, let last = rest.lastIndex(where: { $0 > .zero }) {
            processes.append(
                ProcessCurve(
                    name: nil, processIdentifier: nil, programs: programCount - shown.count,
                    firstSeconds: times[first].seconds, lastSeconds: times[last].seconds,
                    peakResidentBytes: rest.max() ?? .zero, peakInUseBytes: nil, cpuSeconds: others.cpuSeconds,
                    minorPageFaults: others.minorFaults, majorPageFaults: others.majorFaults,
                    residentBytes: rest.map { $0 > .zero ? $0 : nil }, inUseBytes: rest.map { _ in nil }))
        }
        return ProcessCurves(seconds: times.map(\.seconds), processes: processes)
    }
}
