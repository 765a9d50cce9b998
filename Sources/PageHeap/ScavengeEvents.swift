import PageHeapCore

/// What a heap's scavenger does, as it happens: what ``PageHeap/PageHeap/scavengeEvents(polledEvery:)`` gives.
///
/// An iterator tells of what ends after it was made. The heap keeps the last 16 events for its readers; one that comes
/// too late for some is told how many in ``ScavengeEvent/lostEvents``. It ends when the reading task is cancelled. Each
/// iterator is its own, and sees all events; the sequence keeps the heap alive.
struct ScavengeEvents: AsyncSequence, Sendable {
    /// What a reader is given: an event.
    typealias Element = ScavengeEvent
    /// Reading never fails.
    typealias Failure = Never

    let heap: PageHeap
    let interval: Duration

    /// Reads the events of one reader.
    struct Iterator: AsyncIteratorProtocol {
        private let reader: Reader
        private let interval: Duration
        private var next: UInt64

        /// Has the heap keep events for as long as somebody reads them.
        private final class Reader: Sendable {
            let heap: PageHeap
            let start: UInt64

            init(_ heap: PageHeap) {
                self.heap = heap
                start = heap.heap.addTraceReader()
            }

            deinit { heap.heap.removeTraceReader() }
        }

        init(heap: PageHeap, interval: Duration) {
            reader = Reader(heap)
            self.interval = interval
            next = reader.start
        }

        /// Waits for an event.
        ///
        /// - Parameter actor: where the caller runs.
        /// - Returns: the event, or nothing once the task is cancelled.
        /// - Complexity: O(1), and a look at the heap each interval.
        mutating func next(isolation actor: isolated (any Actor)?) async -> ScavengeEvent? {
            while !Task.isCancelled {
                if let (number, record) = reader.heap.heap.traceRecord(from: next) {
                    let lost = number - next
                    next = number + 1
                    return ScavengeEvent(record, lost: lost)
                }
                guard await sleep(until: .now + interval) else { return nil }
            }
            return nil
        }
    }

    /// Makes a reader.
    ///
    /// - Returns: a reader of its own, which sees all events from now on.
    /// - Complexity: O(1).
    func makeAsyncIterator() -> Iterator { Iterator(heap: heap, interval: interval) }
}
