/// A heap's ``PageHeap/PageHeap/Statistics`` from time to time: what ``PageHeap/PageHeap/samples(every:)`` gives.
///
/// The first sample comes at once. One that is late because its reader was does not make the next ones late; those that
/// nobody had time for are left out. It ends when the reading task is cancelled. Each iterator is its own; the sequence
/// keeps the heap alive.
struct StatisticsSamples: AsyncSequence, Sendable {
    /// What a reader is given: a sample.
    typealias Element = PageHeap.Statistics
    /// Reading never fails.
    typealias Failure = Never

    let heap: PageHeap
    let interval: Duration

    /// Reads the samples of one reader.
    struct Iterator: AsyncIteratorProtocol {
        let heap: PageHeap
        let interval: Duration
        private var next = ContinuousClock.now

        init(heap: PageHeap, interval: Duration) {
            self.heap = heap
            self.interval = interval
        }

        /// Waits until a sample is due.
        ///
        /// - Parameter actor: where the caller runs.
        /// - Returns: the sample, or nothing once the task is cancelled.
        /// - Complexity: O(1).
        mutating func next(isolation actor: isolated (any Actor)?) async -> PageHeap.Statistics? {
            guard await sleep(until: next) else { return nil }
            let now = ContinuousClock.now
            let passed = next.duration(to: now)
            next = passed < interval ? next.advanced(by: interval) : now.advanced(by: interval)
            return heap.statistics
        }
    }

    /// Makes a reader.
    ///
    /// - Returns: a reader of its own, which sees all samples from now on.
    /// - Complexity: O(1).
    func makeAsyncIterator() -> Iterator { Iterator(heap: heap, interval: interval) }
}

/// Sleeps until a moment.
///
/// - Returns: false once the task is cancelled.
func sleep(until moment: ContinuousClock.Instant) async -> Bool {
    do {
        try Task.checkCancellation()
        if moment > .now { try await Task.sleep(until: moment, clock: .continuous) }
        return true
    } catch {
        return false
    }
}
