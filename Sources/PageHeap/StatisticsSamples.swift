/// The sequence of a heap's ``PagedHeap/Statistics`` that ``PagedHeap/samples(every:)`` returns.
///
/// The first sample comes at once. If the reader is late, the next samples are still on time, and samples that it
/// missed are skipped. The sequence ends when the reading task is cancelled. Iterators are independent. The sequence
/// keeps the heap alive.
struct StatisticsSamples: AsyncSequence, Sendable {
    /// An element: a sample.
    typealias Element = PagedHeap.Statistics
    /// Reading never fails.
    typealias Failure = Never

    let heap: PagedHeap
    let interval: Duration

    /// The iterator of the sequence.
    struct Iterator: AsyncIteratorProtocol {
        let heap: PagedHeap
        let interval: Duration
        private var next = ContinuousClock.now

        init(heap: PagedHeap, interval: Duration) {
            self.heap = heap
            self.interval = interval
        }

        /// Waits until the next sample is due.
        ///
        /// - Parameter actor: the caller's isolation.
        /// - Returns: the sample, or nil if the task is cancelled.
        /// - Complexity: O(1).
        mutating func next(isolation actor: isolated (any Actor)?) async -> PagedHeap.Statistics? {
            guard await sleep(until: next) else { return nil }
            let now = ContinuousClock.now
            let passed = next.duration(to: now)
            next = passed < interval ? next.advanced(by: interval) : now.advanced(by: interval)
            return heap.statistics
        }
    }

    /// Creates an iterator.
    ///
    /// - Returns: an independent iterator, whose first sample is due at once.
    /// - Complexity: O(1).
    func makeAsyncIterator() -> Iterator { Iterator(heap: heap, interval: interval) }
}

/// Sleeps until a given time.
///
/// - Returns: false if the task is cancelled.
func sleep(until moment: ContinuousClock.Instant) async -> Bool {
    do {
        try Task.checkCancellation()
        if moment > .now { try await Task.sleep(until: moment, clock: .continuous) }
        return true
    } catch {
        return false
    }
}
