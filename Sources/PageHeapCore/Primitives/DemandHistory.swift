/// The demand peaks of the last cycles, in a ring buffer.
package struct DemandHistory: Sendable {
    /// The number of cycles remembered: two of the longest period that is looked for. A power of two, so that the ring
    /// index is a mask.
    package static var capacity: Int { 128 }

    private var peaks: InlineArray<128, UInt>
    private var recorded = 0

    package init() { peaks = InlineArray(repeating: 0) }

    /// Adds the peak of a cycle, in bytes. Clamped to 4 PiB, so that sums over the history cannot overflow.
    package mutating func record(_ peak: ByteCount) {
        peaks[recorded & (Self.capacity - 1)] = min(peak.rawValue, 1 << 52)
        recorded += 1
    }

    /// Calls `body` with the peaks, the latest first. Mutating, because otherwise taking a pointer copies the array.
    package mutating func withPeaks<Result>(_ body: (Peaks) -> Result) -> Result {
        let recorded = recorded
        return withUnsafeMutablePointer(to: &peaks) { ring in
            ring.withMemoryRebound(to: UInt.self, capacity: Self.capacity) { values in
                body(Peaks(ring: values, recorded: recorded))
            }
        }
    }

    /// The peaks of the last cycles in bytes. Valid only during ``withPeaks(_:)``.
    package struct Peaks {
        fileprivate let ring: UnsafePointer<UInt>
        fileprivate let recorded: Int

        fileprivate init(ring: UnsafeMutablePointer<UInt>, recorded: Int) {
            self.ring = UnsafePointer(ring)
            self.recorded = recorded
        }

        /// The number of cycles recorded, at most ``DemandHistory/capacity``.
        package var count: Int { min(recorded, DemandHistory.capacity) }

        /// The peak of the cycle `ago` cycles ago, 0 for the last one. `ago` is less than ``count``.
        package subscript(ago: Int) -> UInt { ring[(recorded - 1 - ago) & (DemandHistory.capacity - 1)] }

        /// Returns the highest peak of a range of cycles. Cycles from ``count`` on are ignored; 0 if none is left.
        package func highest(_ cycles: Range<Int>) -> UInt {
            var highest: UInt = 0
            for ago in cycles where ago < count { highest = max(highest, self[ago]) }
            return highest
        }

        /// The middle between the lowest and the highest peak.
        package var middle: UInt {
            var lowest = UInt.max
            var highest: UInt = 0
            for ago in 0..<count {
                lowest = min(lowest, self[ago])
                highest = max(highest, self[ago])
            }
            return count == 0 ? 0 : lowest + (highest - lowest) / 2
        }
    }
}
