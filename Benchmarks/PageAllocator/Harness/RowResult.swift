/// The samples of a row over all rounds.
struct RowResult {
    let row: Row
    /// Nanoseconds, one sample per round, ascending.
    let samples: [Double]

    init(_ row: Row, _ samples: [Double]) {
        self.row = row
        self.samples = samples.sorted()
    }

    var minimum: Double { samples[0] }

    var median: Double {
        let middle = samples.count / 2
        return samples.count % 2 == 1 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2
    }

    /// The ratio of the minimum to the original's.
    var ratio: Double? { row.reference.map { minimum / $0 } }
}
