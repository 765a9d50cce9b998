/// What a reader of a run's figures must know first: which processes the figures are not about, and why.
struct RunNotes: Sendable {
    private let outcome: RunOutcome

    init(_ outcome: RunOutcome) {
        self.outcome = outcome
    }

    var all: [String] { [version, heap, strangers, left, maps].compactMap { $0 } }

    private var version: String? {
        outcome.unreadableVersion.map {
            "The library publishes figures of version \($0), which this tool cannot read: "
                + "tool and library must come from the same build."
        }
    }

    /// Why there are no figures of a heap, if there are none.
    private var heap: String? {
        if outcome.unreadableVersion != nil { return nil }
        if outcome.hasHeapFigures {
            return outcome.heapPeak.retained == .zero && outcome.heap.bytes(\.in_use_bytes) == .zero
                ? "PageHeap was loaded but nothing was allocated from it: the program needed no memory from malloc, or "
                    + "it brings its own malloc."
                : nil
        }
        if let census = outcome.census, census.loadedCount > 0 {
            return "The library was loaded, but published no figures of its heap\(killed)."
        }
        if let census = outcome.census, census.strangerCount > 0 { return nil }
        return "No process published figures of its heap\(killed); whether one ran on PageHeap was not seen."
    }

    /// The signal that ended the program, which may be why there are no figures.
    private var killed: String {
        guard let signal = outcome.ending.signal else { return "" }
        return " before the program was killed by \(ProcessEnding.name(of: signal))"
    }

    private var strangers: String? {
        guard let census = outcome.census, let largest = census.largestStranger else { return nil }
        let figures =
            "'\(largest.name)' (PID \(largest.processIdentifier), up to \(largest.peakResidentBytes)) "
            + "did not run on PageHeap: \(largest.cause.text)."
        return census.strangerCount == 1
            ? figures : "\(census.strangerCount) processes did not run on PageHeap. The largest: \(figures)"
    }

    /// Why there is no map, if some were wanted.
    private var maps: String? {
        guard let maps = outcome.maps, maps.maps.isEmpty else { return nil }
        let cause =
            maps.failure ?? (outcome.hasHeapFigures ? "the program ended too soon" : "no process published figures")
        return "There is no map of the heap: \(cause)."
    }

    private var left: String? {
        let count = outcome.processesLeft
        if count == 0 { return nil }
        let (many, them) = count == 1 ? ("1 process was", "it") : ("\(count) processes were", "them")
        return "\(many) still running when the program ended; the tool did not wait for \(them)."
    }
}
