import PageHeapCore

/// The sequence of a heap's scavenger events that ``PagedHeap/scavengeEvents(polledEvery:)`` returns.
///
/// An iterator returns the events that occur after its creation. The heap keeps the last 16 events for its readers; if
/// a reader is too late for some, ``ScavengeEvent/lostEventCount`` has their number. The sequence ends when the reading
/// task is cancelled. Iterators are independent, and each one sees all events. The sequence keeps the heap alive.
struct ScavengeEvents: AsyncSequence, Sendable {
    /// An element: an event.
    typealias Element = ScavengeEvent
    /// Reading never fails.
    typealias Failure = Never

    let heap: PagedHeap
    let interval: Duration

    /// The iterator of the sequence.
    struct Iterator: AsyncIteratorProtocol {
        private let reader: Reader
        private let interval: Duration
        private var next: UInt64

        /// Makes the heap keep events for as long as the iterator exists.
        private final class Reader: Sendable {
            let heap: PagedHeap
            let start: UInt64

            init(_ heap: PagedHeap) {
                self.heap = heap
                start = heap.heap.addTraceReader()
            }

            deinit { heap.heap.removeTraceReader() }
        }

        init(heap: PagedHeap, interval: Duration) {
            reader = Reader(heap)
            self.interval = interval
            next = reader.start
        }

        /// Waits for the next event.
        ///
        /// - Parameter actor: the caller's isolation.
        /// - Returns: the event, or nil if the task is cancelled.
        /// - Complexity: O(1), and one poll of the heap per interval.
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

    /// Creates an iterator.
    ///
    /// - Returns: an independent iterator, which sees all events from now on.
    /// - Complexity: O(1).
    func makeAsyncIterator() -> Iterator { Iterator(heap: heap, interval: interval) }
}
