/// The peaks of demand of the last cycles; a ring.
package struct DemandHistory: Sendable {
    /// Cycles that it reaches back: two of the longest period that is looked for. A power of two, so that the ring's index
    /// is a mask.
    package static var capacity: Int { 128 }

    private var peaks: InlineArray<128, UInt>
    private var recorded = 0

    package init() { peaks = InlineArray(repeating: 0) }

    /// Adds the peak of a cycle, in bytes. Nobody has 4 PiB: what is more counts as that, and sums over the history stay
    /// far from overflow.
    package mutating func record(_ peak: ByteCount) {
        peaks[recorded & (Self.capacity - 1)] = min(peak.rawValue, 1 << 52)
        recorded += 1
    }

    /// Lends the peaks, the last one first. Mutating, because only then a pointer to them is no copy of all.
    package mutating func withPeaks<Result>(_ body: (Peaks) -> Result) -> Result {
        let recorded = recorded
        return withUnsafeMutablePointer(to: &peaks) { ring in
            ring.withMemoryRebound(to: UInt.self, capacity: Self.capacity) { values in
                body(Peaks(ring: values, recorded: recorded))
            }
        }
    }

    /// The peaks of the last cycles, in bytes, while they are lent.
    package struct Peaks {
        fileprivate let ring: UnsafePointer<UInt>
        fileprivate let recorded: Int

        fileprivate init(ring: UnsafeMutablePointer<UInt>, recorded: Int) {
            self.ring = UnsafePointer(ring)
            self.recorded = recorded
        }

        /// Cycles that are known.
        package var count: Int { min(recorded, DemandHistory.capacity) }

        /// The peak of a cycle, 0 cycles ago being the last one; less than ``count``.
        package subscript(ago: Int) -> UInt { ring[(recorded - 1 - ago) & (DemandHistory.capacity - 1)] }

        /// The highest of some cycles, which are known as far as they are below ``count``; 0 where none is.
        package func highest(_ cycles: Range<Int>) -> UInt {
            var highest: UInt = 0
            for ago in cycles where ago < count { highest = max(highest, self[ago]) }
            return highest
        }

        /// The middle between the lowest and the highest of all.
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
