/// A series of samples in the order of time, in bounded memory however long the run is.
///
/// When the series is full, it keeps the larger one of each pair of neighbours, and from then on each kept
/// sample stands for twice as many. So every sample is one that was taken, and the peak, the first and the last
/// sample are always kept.
struct SampleSeries: Sendable {
    /// The usual capacity. Even, so that all merged samples stand for the same number.
    static let usualCapacity = 20_000

    private let capacity: Int
    private var kept: [MemorySample] = []
    /// How many original samples each kept one stands for.
    private(set) var stride = 1
    /// The number of samples ever appended.
    private(set) var count = 0
    private var candidate: MemorySample?
    private var candidateCount = 0
    private var first: MemorySample?
    private(set) var last: MemorySample?

    init(capacity: Int = Self.usualCapacity) {
        precondition(capacity >= 2 && capacity % 2 == 0)
        self.capacity = capacity
    }

    mutating func append(_ sample: MemorySample) {
        count += 1
        if first == nil { first = sample }
        last = sample
        candidate = candidate.map { Self.larger($0, sample) } ?? sample
        candidateCount += 1
        guard candidateCount == stride, let chosen = candidate else { return }
        candidate = nil
        candidateCount = 0
        kept.append(chosen)
        if kept.count == capacity { merge() }
    }

    /// All samples that are kept, including the first and the last one.
    var samples: [MemorySample] {
        var all = kept
        if let candidate { all.append(candidate) }
        if let first, all.first?.seconds != first.seconds { all.insert(first, at: 0) }
        if let last, all.last?.seconds != last.seconds { all.append(last) }
        return all
    }

    private mutating func merge() {
        kept = Swift.stride(from: 0, to: kept.count, by: 2).map { Self.larger(kept[$0], kept[$0 + 1]) }
        stride *= 2
    }

    /// Returns the sample with more resident memory; the first one if they are equal.
    private static func larger(_ one: MemorySample, _ other: MemorySample) -> MemorySample {
        other.residentBytes > one.residentBytes ? other : one
    }
}
