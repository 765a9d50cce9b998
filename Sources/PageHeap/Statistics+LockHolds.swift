import PageHeapFigures

extension PagedHeap.Statistics {
    /// The hold times of a lock, sampled at one in 256 acquisitions.
    public struct LockHolds: Hashable, Codable, Sendable {
        /// The number of samples.
        public let sampleCount: Int
        /// The median of the samples, in nanoseconds, rounded up to a power of two; 0 without samples.
        public let p50Nanoseconds: Int
        /// The 99.9th percentile of the samples, in nanoseconds, rounded up to a power of two; 0 without samples.
        public let p999Nanoseconds: Int

        init(_ counts: LockHoldCounts) {
            sampleCount = Int(clamping: counts.total)
            p50Nanoseconds = Int(clamping: counts.bound(thousandths: 500))
            p999Nanoseconds = Int(clamping: counts.bound(thousandths: 999))
        }
    }
}
