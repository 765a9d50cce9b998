/// The middle and the ends of several runs' values of one figure.
struct FigureSpread: Hashable, Sendable, Codable {
    let median: Double
    let lowest: Double
    let highest: Double

    /// nil without values.
    init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let lowest = sorted.first, let highest = sorted.last else { return nil }
        let middle = sorted.count / 2
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        self.lowest = lowest
        self.highest = highest
    }
}
