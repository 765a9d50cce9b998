import CPageHeapInterface

/// The hold times of a heap's lock, as counts by powers of two of nanoseconds.
package struct LockHoldCounts: Sendable {
    private let counts: [UInt32]

    /// The holds outside releases on request.
    package init(ordinary statistics: pageheap_statistics) { self.init(statistics.lock_holds_total) }

    /// The holds during releases on request.
    package init(forced statistics: pageheap_statistics) { self.init(statistics.forced_lock_holds_total) }

    /// Creates counts from a field of the C structure, an array of 32 numbers that Swift sees as a tuple.
    private init(_ field: some BitwiseCopyable) {
        counts = withUnsafeBytes(of: field) { Array($0.bindMemory(to: UInt32.self)) }
    }

    /// The number of samples.
    package var total: UInt64 { counts.reduce(0) { $0 + UInt64($1) } }

    /// Returns a bound in nanoseconds below which a share of the samples stayed: a power of two, so up to twice the
    /// true value. 0 if there are no samples.
    ///
    /// - Parameter thousandths: the share of the samples, 1 to 1000.
    package func bound(thousandths: UInt64) -> UInt64 {
        let all = total
        if all == 0 { return 0 }
        var seen: UInt64 = 0
        for (index, count) in counts.enumerated() {
            seen += UInt64(count)
            if seen * 1000 >= all * thousandths { return 2 << UInt64(index) }
        }
        return 0
    }
}
