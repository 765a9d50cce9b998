/// One figure that a workload reports, with what there is to compare it with.
struct Row {
    let name: String
    /// What the allocator must have answered.
    let expected: Evidence
    /// Nanoseconds on the original allocator, on another machine.
    let reference: Double?
    /// Nanoseconds to reach, on that machine.
    let goal: Double?
    /// Whether the geometric mean counts it; a second view on the same time does not count.
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
