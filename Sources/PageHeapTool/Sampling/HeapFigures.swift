import CPageHeapInterface
import PageHeapFigures

/// The figures of one process's heap, or their sum over several processes: what `Figure.all` lists, and the counts of
/// lock holds.
struct HeapFigures: Sendable {
    private var statistics = pageheap_statistics()

    /// Figures that are all zero, without goal and limit.
    init() {
        for figure in Figure.all where figure.mayBeNone { statistics[keyPath: figure.field] = .max }
    }

    init(_ statistics: pageheap_statistics) {
        self.statistics = statistics
        self.statistics.size = 0
    }

    /// The value of a figure.
    subscript(field: WritableKeyPath<pageheap_statistics, UInt64>) -> UInt64 {
        get { statistics[keyPath: field] }
        set { statistics[keyPath: field] = newValue }
    }

    /// The value of a figure in bytes.
    func bytes(_ field: WritableKeyPath<pageheap_statistics, UInt64>) -> ByteCount { ByteCount(self[field]) }

    /// The value of a figure in bytes that may be absent.
    func optionalBytes(_ field: WritableKeyPath<pageheap_statistics, UInt64>) -> ByteCount? {
        self[field] == .max ? nil : ByteCount(self[field])
    }

    /// The value of a figure in seconds.
    func seconds(_ field: WritableKeyPath<pageheap_statistics, UInt64>) -> Double { Double(self[field]) * 1e-9 }

    /// The value of a listed figure; nil for 'none'.
    func value(_ figure: Figure) -> UInt64? { figure.value(in: statistics) }

    /// What the heaps keep: an upper bound of their physical memory.
    var retained: ByteCount { bytes(\.in_use_bytes) + bytes(\.cached_bytes) + bytes(\.free_retained_bytes) }

    /// How much of what was given back was used again within 10 s. It is counted for whole parts of the heap, so the count may be
    /// more than there was to be used again.
    var usedAgain: ByteCount { min(bytes(\.reused_within_10_seconds_bytes_total), bytes(\.returned_bytes_total)) }

    /// The 99.9th percentile of the sampled hold times of the heaps' locks, outside releases on request, in
    /// nanoseconds. Rounded up to a power of two; 0 without samples.
    var usualHoldNanoseconds: UInt64 { LockHoldCounts(ordinary: statistics).bound(thousandths: 999) }

    /// The figures without the totals.
    var levels: HeapFigures {
        var levels = self
        for figure in Figure.all where figure.kind == .counter { levels[figure.field] = 0 }
        levels.statistics.clearLockHolds()
        return levels
    }

    /// The totals alone.
    var totals: HeapFigures {
        var totals = HeapFigures()
        for figure in Figure.all where figure.kind == .counter { totals[figure.field] = self[figure.field] }
        totals.statistics.addLockHolds(of: statistics)
        return totals
    }

    /// Adds each figure to the other one's. The sum of heaps without and with a goal or a limit is that of those that
    /// have one.
    static func += (left: inout HeapFigures, right: HeapFigures) {
        for figure in Figure.all {
            guard let value = right.value(figure) else { continue }
            let before = left.value(figure) ?? 0
            let (sum, overflows) = before.addingReportingOverflow(value)
            left[figure.field] = !figure.addsUp ? max(before, value) : overflows ? .max : sum
        }
        left.statistics.addLockHolds(of: right.statistics)
    }
}

extension HeapFigures: Hashable {
    static func == (left: HeapFigures, right: HeapFigures) -> Bool {
        withUnsafeBytes(of: left.statistics) { left in
            withUnsafeBytes(of: right.statistics) { left.elementsEqual($0) }
        }
    }

    func hash(into hasher: inout Hasher) { withUnsafeBytes(of: statistics) { hasher.combine(bytes: $0) } }
}

extension HeapFigures: Codable {
    /// The name of a figure as a key.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ figure: Figure) { stringValue = figure.name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Encodes all listed figures by their names; null for 'none'. The counts of lock holds are not encoded.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for figure in Figure.all { try container.encode(value(figure), forKey: Key(figure)) }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for figure in Figure.all {
            statistics[keyPath: figure.field] = try container.decode(UInt64?.self, forKey: Key(figure)) ?? .max
        }
    }
}

extension pageheap_statistics {
    fileprivate mutating func clearLockHolds() {
        let none = pageheap_statistics()
        lock_holds_total = none.lock_holds_total
        forced_lock_holds_total = none.forced_lock_holds_total
    }

    fileprivate mutating func addLockHolds(of other: pageheap_statistics) {
        Self.add(other.lock_holds_total, to: &lock_holds_total)
        Self.add(other.forced_lock_holds_total, to: &forced_lock_holds_total)
    }

    /// Adds counts in an array of C, which Swift sees as a tuple.
    private static func add<Counts: BitwiseCopyable>(_ more: Counts, to counts: inout Counts) {
        withUnsafeBytes(of: more) { more in
            withUnsafeMutableBytes(of: &counts) { counts in
                let (more, counts) = (more.bindMemory(to: UInt32.self), counts.bindMemory(to: UInt32.self))
                for index in counts.indices { counts[index] &+= more[index] }
            }
        }
    }
}
