import PageHeapTrace

/// The formats of other tools' traces that can be replayed.
package enum TraceFormat: String, CaseIterable, Hashable, Sendable {
    case heaptrack, mtrace, logalloc, rep

    /// Recognises a format by the beginning of a file.
    ///
    /// - Throws: if the file is none of them. The error says what it may be instead.
    package init(of beginning: ArraySlice<UInt8>) throws(TraceError) {
        if beginning.isEmpty { throw TraceError("the file is empty") }
        if let (name, command) = Self.compression(beginning) {
            throw TraceError("the file is compressed with \(name): decompress it first, with '\(command)'")
        }
        if HeaptrackReader.recognises(beginning) {
            self = .heaptrack
        } else if LogallocReader.recognises(beginning) {
            self = .logalloc
        } else if MtraceReader.recognises(beginning) {
            self = .mtrace
        } else if RepReader.recognises(beginning) {
            self = .rep
        } else {
            throw TraceError(
                "the file is no trace that can be replayed: of 'pageheap record', heaptrack, mtrace, logalloc or the malloc lab"
            )
        }
    }

    private static func compression(_ beginning: ArraySlice<UInt8>) -> (name: String, command: String)? {
        if beginning.starts(with: [0x1f, 0x8b]) { return ("gzip", "gzip -d") }
        if beginning.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return ("zstd", "zstd -d") }
        if beginning.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a]) { return ("xz", "xz -d") }
        return nil
    }

    /// What the format is called.
    package var name: String {
        switch self {
        case .heaptrack: "heaptrack"
        case .mtrace: "mtrace"
        case .logalloc: "logalloc"
        case .rep: "malloc lab"
        }
    }

    /// Whether a trace of the format says when its events were.
    package var hasTimes: Bool { self == .heaptrack }

    /// Whether a trace of the format may be of several processes.
    package var hasProcesses: Bool { self == .logalloc }

    /// The events of a file.
    ///
    /// - Parameters:
    ///   - input: the file, of which nothing has been read as lines.
    ///   - eventsPerSecond: how many events a second stand for, if the format has no times; more than 0.
    ///   - process: the process to replay, if the format has several; nil for the first.
    ///   - processes: receives the processes that are found.
    package func events(
        _ input: TraceInput, eventsPerSecond: Double, process: UInt64?, processes: ProcessList
    ) -> any AllocationEventSource {
        let clock = EventClock(eventsPerSecond: eventsPerSecond)
        return switch self {
        case .heaptrack: HeaptrackReader(input)
        case .mtrace: MtraceReader(input, clock: clock)
        case .logalloc: LogallocReader(input, clock: clock, process: process, processes: processes)
        case .rep: RepReader(input, clock: clock)
        }
    }
}
