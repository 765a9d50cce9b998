extension PageHeap {
    /// The heap's figures from time to time, until the reading task is cancelled.
    ///
    ///     for await figures in try heap.samples(every: .seconds(10)) { log(figures.retainedBytes) }
    ///
    /// - Parameter interval: from one sample to the next; more than nothing. A sample takes a few microseconds.
    /// - Throws: ``PageHeapError/invalidInterval(_:)``.
    public func samples(
        every interval: Duration
    ) throws(PageHeapError) -> some AsyncSequence<PageHeap.Statistics, Never> & Sendable {
        StatisticsSamples(heap: self, interval: try Self.checked(interval))
    }

    /// What the scavenger does, as it happens, until the reading task is cancelled: what
    /// ``Configuration/trace`` prints, for the program itself.
    ///
    /// - Parameter interval: how often a reader that waits looks whether there is something new; more than nothing.
    ///   Generations end once a second at most, so a second is soon enough.
    /// - Throws: ``PageHeapError/invalidInterval(_:)``.
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
