/// What one round of a workload came to, for one row.
struct Sample {
    /// For one operation.
    let nanoseconds: Double
    let evidence: Evidence
}
