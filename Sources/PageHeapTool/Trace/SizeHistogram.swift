/// Counts numbers by powers of two: a number belongs to the smallest power that is not below it.
struct SizeHistogram: Hashable, Sendable {
    /// For each exponent of two from 0 to 64 the count.
    private(set) var counts = [UInt64](repeating: 0, count: 65)
    private(set) var total: UInt64 = 0

    mutating func add(_ number: UInt64) {
        counts[number <= 1 ? 0 : UInt64.bitWidth - (number - 1).leadingZeroBitCount] += 1
        total += 1
    }

    static func += (left: inout SizeHistogram, right: SizeHistogram) {
        for index in left.counts.indices { left.counts[index] += right.counts[index] }
        left.total += right.total
    }

    /// The bound that a share of the numbers, from 0 to 1, does not exceed; 0 if there are none.
    func bound(of share: Double) -> UInt64 {
        var sum: UInt64 = 0
        for (exponent, count) in counts.enumerated() {
            sum += count
            if sum > 0, Double(sum) >= share * Double(total) { return Self.power(exponent) }
        }
        return 0
    }

    /// The bounds that numbers belong to, with their counts.
    var rows: [(bound: UInt64, count: UInt64)] {
        counts.enumerated().filter { $0.element > 0 }.map { (Self.power($0.offset), $0.element) }
    }

    private static func power(_ exponent: Int) -> UInt64 { exponent == 64 ? .max : 1 << UInt64(exponent) }
}
