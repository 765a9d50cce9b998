/// A histogram of durations in nanoseconds, by powers of two. Valid (empty) when zero-initialised.
package struct HoldCounts: Sendable {
    /// The upper bounds are 2 ns, 4 ns, … 2^31 ns, 2^32 ns; the last bucket also takes everything longer.
    private static var bucketCount: Int { 32 }

    /// Counters of four bytes suffice for years, at one sample in 256.
    private var buckets: InlineArray<32, UInt32>

    package init() { buckets = InlineArray(repeating: 0) }

    /// Writes the counters, 4 bytes each, beginning with the shortest durations.
    package func copy(to bytes: UnsafeMutableRawBufferPointer) {
        for bucket in 0..<Self.bucketCount {
            bytes.storeBytes(of: buckets[bucket], toByteOffset: bucket * MemoryLayout<UInt32>.size, as: UInt32.self)
        }
    }

    /// Adds a sample. A negative one, from a clock that was set back, counts as 0.
    package mutating func add(nanoseconds: Int64) {
        let bit = 63 - max(nanoseconds, 1).leadingZeroBitCount
        let bucket = min(bit, Self.bucketCount - 1)
        buckets[bucket] &+= 1
    }

    /// The number of samples.
    package var total: UInt64 {
        var sum: UInt64 = 0
        for bucket in 0..<Self.bucketCount { sum += UInt64(buckets[bucket]) }
        return sum
    }
}
