/// Samples of nanoseconds, counted by powers of two. All zero bytes are none.
package struct HoldCounts: Sendable {
    /// 2 ns, 4 ns, … 2^31 ns, the last also for all above: as many counts as fit.
    private static var bucketCount: Int { 32 }

    /// Four bytes each: at one sample in 256, years of samples.
    private var buckets: InlineArray<32, UInt32>

    package init() { buckets = InlineArray(repeating: 0) }

    /// Counts that ``copy(to:)`` gave: as many bytes.
    package init(copying bytes: UnsafeRawBufferPointer) {
        buckets = InlineArray { bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<UInt32>.size, as: UInt32.self) }
    }

    /// Copies the counts, 4 bytes each, from that of the shortest samples on.
    package func copy(to bytes: UnsafeMutableRawBufferPointer) {
        for bucket in 0..<Self.bucketCount {
            bytes.storeBytes(of: buckets[bucket], toByteOffset: bucket * MemoryLayout<UInt32>.size, as: UInt32.self)
        }
    }

    /// Takes a sample. One below zero, of a clock that was set back, counts as 0.
    package mutating func add(nanoseconds: Int64) {
        let bit = 63 - max(nanoseconds, 1).leadingZeroBitCount
        let bucket = min(bit, Self.bucketCount - 1)
        buckets[bucket] &+= 1
    }

    /// How many samples there are.
    package var total: UInt64 {
        var sum: UInt64 = 0
        for bucket in 0..<Self.bucketCount { sum += UInt64(buckets[bucket]) }
        return sum
    }

    /// Nanoseconds that a share of the samples stayed below: a power of two, so up to twice the truth. 0 where there are
    /// no samples.
    ///
    /// - Parameter thousandths: of the samples, 1 to 1000.
    package func bound(thousandths: UInt64) -> UInt64 {
        let all = total
        if all == 0 { return 0 }
        var seen: UInt64 = 0
        for bucket in 0..<Self.bucketCount {
            seen += UInt64(buckets[bucket])
            if seen * 1000 >= all * thousandths { return 2 << UInt64(bucket) }
        }
        return 0
    }
}
