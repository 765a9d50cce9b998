/// A queue of the streams of a trace's threads, by the time of each one's next event: a binary heap.
struct StreamQueue: Sendable {
    struct Entry: Sendable {
        var tick: UInt64
        var isAllocation: Bool
        var stream: Int
        /// The stream's next event; nil if it has not been read yet, and `tick` is only a bound.
        var event: EncodedEvent?

        func isBefore(_ other: Entry) -> Bool {
            if tick != other.tick { return tick < other.tick }
            // What has not been read yet may be anything.
            if (event == nil) != (other.event == nil) { return event == nil }
            if isAllocation != other.isAllocation { return other.isAllocation }
            return stream < other.stream
        }
    }

    private var entries: [Entry] = []

    var first: Entry? { entries.first }

    mutating func insert(_ entry: Entry) {
        var index = entries.count
        entries.append(entry)
        while index > 0, entries[index].isBefore(entries[(index - 1) / 2]) {
            entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Puts an entry in place of the first one.
    mutating func replaceFirst(_ entry: Entry) {
        entries[0] = entry
        sink()
    }

    mutating func removeFirst() {
        let last = entries.removeLast()
        if !entries.isEmpty { replaceFirst(last) }
    }

    private mutating func sink() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < entries.count && entries[child].isBefore(entries[least]) { least = child }
            if least == index { return }
            entries.swapAt(index, least)
            index = least
        }
    }
}
