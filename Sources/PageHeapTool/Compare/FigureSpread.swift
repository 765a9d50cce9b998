/// The median, the lowest and the highest value of a figure over several runs.
struct FigureSpread: Hashable, Sendable, Codable {
    let median: Double
    let lowest: Double
    let highest: Double

    /// Returns nil if there are no values.
    init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let lowest = sorted.first, let highest = sorted.last else { return nil }
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        self.lowest = lowest
        self.highest = highest
    }
}
