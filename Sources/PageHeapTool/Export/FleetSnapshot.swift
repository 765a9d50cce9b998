import PageHeapExport

/// The figures of all processes on PageHeap at one time.
struct FleetSnapshot: Sendable {
    /// One process.
    struct Reading: Sendable {
        /// The text of its labels.
        let labels: [UInt8]
        /// From the kernel.
        let resident: ByteCount
        /// nil if it publishes none that can be read.
        let figures: HeapFigures?
    }

    /// What became of the processes, by their number. These are the values of a label.
    enum State: String, CaseIterable, Sendable {
        case read, silent, unreadable, hidden, waiting
        case otherVersion = "other_version"
        case leftOut = "left_out"
    }

    var readings: [Reading] = []
    var counts: [State: Int] = [:]
    /// How long it took to collect all this.
    var collectionSeconds = 0.0
    /// How long the last walk took.
    var walkSeconds = 0.0

    mutating func count(_ state: State, _ number: Int = 1) { counts[state, default: 0] += number }
}

extension FleetSnapshot: MetricsSnapshot {
    func parts(_ format: MetricsFormat) -> any IteratorProtocol<[UInt8]> { FleetText(self, format) }
}
