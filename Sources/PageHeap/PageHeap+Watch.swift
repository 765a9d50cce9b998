extension PageHeap {
    /// The heap's figures from time to time, until the reading task is cancelled.
    ///
    ///     for await figures in try heap.samples(every: .seconds(10)) { log(figures.retainedBytes) }
    ///
    /// - Parameter interval: from one sample to the next; more than nothing. A sample takes a few microseconds.
    /// - Returns: a sequence; the first sample comes at once. One that is late because its reader was does not make the
    ///   next ones late; those that nobody had time for are left out. Each iterator is its own. The sequence keeps the
    ///   heap alive.
    /// - Throws: ``PageHeapError/invalidInterval(_:)``.
    /// - Complexity: O(1) a sample.
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
    /// - Returns: a sequence. An iterator tells of what ends after it was made. The heap keeps the last 16 events for its
    ///   readers; one that comes too late for some is told how many in ``ScavengeEvent/lostEvents``. Each iterator is its
    ///   own, and sees all events. The sequence keeps the heap alive.
    /// - Throws: ``PageHeapError/invalidInterval(_:)``.
    /// - Complexity: O(1) an event, and a look at the heap each `interval`.
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
