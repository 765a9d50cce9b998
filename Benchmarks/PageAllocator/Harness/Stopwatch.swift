import CPageHeap

/// Measures the time since it was made.
struct Stopwatch {
    private let start = pageheap_monotonic_nanoseconds()

    @inline(__always)
    init() {}

    /// Nanoseconds so far for each of some operations.
    @inline(__always)
    func nanoseconds(per operations: Int) -> Double {
        Double(pageheap_monotonic_nanoseconds() &- start) / Double(operations)
    }
}
