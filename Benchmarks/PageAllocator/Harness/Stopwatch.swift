import CPageHeap

/// A stopwatch that measures the time since its creation.
struct Stopwatch {
    private let start = pageheap_monotonic_nanoseconds()

    @inline(__always)
    init() {}

    /// Returns the nanoseconds so far, divided by a count of operations.
    @inline(__always)
    func nanoseconds(per operations: Int) -> Double {
        Double(pageheap_monotonic_nanoseconds() &- start) / Double(operations)
    }
}
