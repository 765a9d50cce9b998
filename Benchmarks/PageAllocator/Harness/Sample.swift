/// The result of one round of a workload, for one row.
struct Sample {
    /// Nanoseconds per operation.
    let nanoseconds: Double
    let evidence: Evidence
}
