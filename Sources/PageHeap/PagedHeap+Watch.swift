extension PagedHeap {
    /// Returns a sequence of the heap's statistics at regular intervals, which ends when the reading task is cancelled.
    ///
    ///     for await figures in try heap.samples(every: .seconds(10)) { log(figures.retainedByteCount) }
    ///
    /// - Parameter interval: the time between two samples; more than zero. A sample takes a few microseconds.
    /// - Returns: the sequence. The first sample comes at once. If the reader is late, the next samples are still on
    ///   time, and samples that it missed are skipped. Iterators are independent. The sequence keeps the heap alive.
    /// - Throws: ``PageHeapError/invalidInterval(_:)``.
    /// - Complexity: O(1) per sample.
    public func samples(
        every interval: Duration
    ) throws(PageHeapError) -> some AsyncSequence<PagedHeap.Statistics, Never> & Sendable {
        StatisticsSamples(heap: self, interval: try Self.checked(interval))
    }

    /// Returns a sequence of the scavenger's events, which ends when the reading task is cancelled. The events have the
    /// contents of the trace that ``Configuration/trace`` turns on.
    ///
    /// - Parameter interval: how often a waiting reader polls for a new event; more than zero. The default is one
    ///   second, which is enough for a heap that ends its own cycles: at most ten generations end in a second.
    /// - Returns: the sequence. An iterator returns the events that occur after its creation. The heap keeps the last
    ///   16 events for its readers; if a reader is too late for some, ``ScavengeEvent/lostEventCount`` has their number.
    ///   Iterators are independent, and each one sees all events. The sequence keeps the heap alive.
    /// - Throws: ``PageHeapError/invalidInterval(_:)``.
    /// - Complexity: O(1) per event, and one poll of the heap per `interval`.
    public func scavengeEvents(
        polledEvery interval: Duration = .seconds(1)
    ) throws(PageHeapError) -> some AsyncSequence<ScavengeEvent, Never> & Sendable {
        ScavengeEvents(heap: self, interval: try Self.checked(interval))
    }

    private static func checked(_ interval: Duration) throws(PageHeapError) -> Duration {
        guard interval > .zero else { throw .invalidInterval(interval) }
        return interval
    }
}
