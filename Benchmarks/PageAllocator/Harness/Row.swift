/// One figure that a workload reports, with the figures to compare it with.
struct Row {
    let name: String
    /// The evidence that the workload must produce.
    let expected: Evidence
    /// Nanoseconds on the original allocator, on another machine.
    let reference: Double?
    /// Nanoseconds to reach, on that machine.
    let goal: Double?
    /// Whether the geometric mean counts it. A row that shows the time of another row again does not count.
    let countsInMean: Bool

    init(
        _ name: String, _ expected: Evidence, reference: Double? = nil, goal: Double? = nil, countsInMean: Bool = true
    ) {
        self.name = name
        self.expected = expected
        self.reference = reference
        self.goal = goal
        self.countsInMean = countsInMean
    }
}
