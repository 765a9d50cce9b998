import PageHeapCore

extension PageHeap.Statistics {
    /// How long a lock was held, as far as one in 256 acquisitions shows.
    public struct LockHolds: Hashable, Codable, Sendable {
        /// Holds that were measured.
        public let samples: Int
        /// Half of the samples were shorter, in nanoseconds: a power of two, so up to twice the truth; 0 without samples.
        public let p50Nanoseconds: Int
        /// 99.9 % of the samples were shorter; the same.
        public let p999Nanoseconds: Int

        init(_ counts: HoldCounts) {
            samples = Int(clamping: counts.total)
            p50Nanoseconds = Int(clamping: counts.bound(thousandths: 500))
            p999Nanoseconds = Int(clamping: counts.bound(thousandths: 999))
        }
    }
}
