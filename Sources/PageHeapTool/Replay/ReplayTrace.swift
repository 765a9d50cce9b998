import Glibc
import PageHeapReplay
import PageHeapTrace
import SystemPackage

/// A trace that is to be replayed, once or several times.
struct ReplayTrace {
    let path: FilePath
    private let content: Content
    private let stop: ReplayStop

    /// Events per second of a trace that has no times, unless the user says otherwise.
    static let usualRate = 1e6

    private enum Content {
        /// A trace that `pageheap record` wrote.
        case native(TraceReader, TracedProcess)
        case foreign(Foreign)
    }

    /// A trace of another tool.
    private struct Foreign {
        let format: TraceFormat
        let eventsPerSecond: Double
        let process: ProcessChoice?
        let processes = ProcessList()
        /// The file as it was opened first: a pipe can be read only once.
        let first: TraceInput
        /// The file's size in bytes; nil if it is not a regular one.
        let size: UInt64?
    }

    /// Opens a trace, and recognises what it is.
    ///
    /// - Parameters:
    ///   - rate: how many events make a second, if the trace does not say when its events were; nil for ``usualRate``.
    ///   - process: the process to replay; nil for the one with the most bytes of events in a recording, and for the first in
    ///     other traces.
    ///   - passes: how many times the trace is to be read.
    ///   - stop: ends the wait for a pipe that has nothing to read.
    init(
        _ name: String, rate: Double?, process: ProcessChoice?, passes: Int, stop: ReplayStop
    ) throws(ToolError) {
        path = FilePath(name)
        self.stop = stop
        let (descriptor, size) = try Self.open(path)
        if size == nil && passes > 1 {
            throw ToolError(
                .usage, "'\(name)' can be read only once: replay it under one policy, or save it in a file first")
        }
        let first = TraceInput(descriptor: descriptor) { stop.isAsked() }
        do throws(TraceError) {
            let beginning = try first.beginning()
            if TraceReader.recognizes(Array(beginning.prefix(8))) {
                guard size != nil else {
                    throw TraceError("a trace of 'pageheap record' must be a file, not a pipe")
                }
                let reader = try TraceReader(path: name)
                content = .native(reader, try Self.process(process, of: reader))
                return
            }
            content = .foreign(
                Foreign(
                    format: try TraceFormat(of: beginning), eventsPerSecond: rate ?? Self.usualRate, process: process,
                    first: first, size: size))
        } catch {
            throw Self.failure(path, error)
        }
        if rate != nil, eventsPerSecond == nil {
            throw ToolError(.usage, "--rate: '\(name)' says itself when its events were")
        }
        if process?.isNumber == true, case .foreign = content {
            throw ToolError(.usage, "--process: only the processes of a recording have numbers; give a PID")
        }
        if process != nil, case .foreign(let trace) = content, !trace.format.hasProcesses {
            throw ToolError(.usage, "--process: a trace in the format of \(trace.format.name) is of one process")
        }
    }

    private static func process(_ wanted: ProcessChoice?, of reader: TraceReader) throws(TraceError) -> TracedProcess {
        let candidates = try wanted.map { wanted throws(TraceError) in try reader.processes(wanted) }
        guard let largest = (candidates ?? reader.processes).max(by: { $0.eventBytes < $1.eventBytes }) else {
            throw TraceError("the trace has no process")
        }
        return largest
    }

    // MARK: What it is

    /// The format's name.
    var format: String {
        switch content {
        case .native: "pageheap record"
        case .foreign(let trace): trace.format.name
        }
    }

    /// How many events make a second, if the trace does not say when its events were.
    var eventsPerSecond: Double? {
        guard case .foreign(let trace) = content, !trace.format.hasTimes else { return nil }
        return trace.eventsPerSecond
    }

    /// The identifiers of the processes, as far as they have been found, if the format has several.
    var processes: [UInt64] {
        switch content {
        case .native(let reader, _): reader.processes.map { UInt64($0.identifier) }
        case .foreign(let trace): trace.processes.processes.sorted()
        }
    }

    /// What a reader must know of the trace, as sentences.
    func notes(_ losses: TraceLosses) -> [String] {
        var notes: [String] = []
        if let rate = eventsPerSecond {
            notes.append(
                "The trace has no times: \(KeyFigure.grouped(UInt64(rate))) events make a second. What the scavenger does "
                    + "depends on that; set it with --rate.")
        }
        if processes.count > 1 {
            var texts = processes.map { "\($0)" }
            if case .native(let reader, let process) = content {
                texts = reader.processes.map(ProcessChoice.text)
                notes.append("This is process \(ProcessChoice.text(process)).")
            }
            let how = if case .native = content { "its PID or its number, as '#0'" } else { "its PID" }
            notes.append(
                "The trace has \(texts.count) processes: \(ProcessChoice.list(texts)). --process chooses one by \(how)."
            )
        }
        return notes + TraceRemarks.remarks(on: losses)
    }

    /// What the trace lacks as a whole and in the events that a pass has read. Only a recording of `pageheap record` tells.
    func losses(in pass: TraceLosses?) -> TraceLosses {
        guard case .native(let reader, _) = content else { return TraceLosses() }
        var losses = reader.losses
        if let pass { losses.add(pass) }
        return losses
    }

    // MARK: Its events

    /// Returns the events from the beginning.
    ///
    /// - Parameter pass: how often the trace has been read before.
    func events(pass: Int) throws(ToolError) -> ReplayEvents {
        switch content {
        case .native(let reader, let process): return ReplayEvents(reader.events(of: process))
        case .foreign(let trace):
            let stop = stop
            let input =
                pass == 0 ? trace.first : TraceInput(descriptor: try Self.open(path).descriptor) { stop.isAsked() }
            let source = trace.format.events(
                input, eventsPerSecond: trace.eventsPerSecond, process: trace.process?.value, processes: trace.processes
            )
            return ReplayEvents(source, of: input, size: trace.size)
        }
    }

    static func failure(_ path: FilePath, _ error: TraceError) -> ToolError {
        ToolError(.noInput, "'\(path)' cannot be replayed: \(error)")
    }

    /// Opens a file; its size is nil if it can be read only once.
    private static func open(_ path: FilePath) throws(ToolError) -> (descriptor: Int32, size: UInt64?) {
        // Not blocking: a pipe that nobody writes to must not keep a signal waiting.
        let descriptor = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw ToolError(.noInput, "'\(path)' cannot be read: \(Errno(rawValue: errno))")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw ToolError(.noInput, "'\(path)' is a folder")
        }
        return (descriptor, status.st_mode & S_IFMT == S_IFREG ? UInt64(status.st_size) : nil)
    }
}

/// The events of a trace, and how much of it has been read.
final class ReplayEvents: AllocationEventSource {
    private var native: TraceEvents?
    private var foreign: (any AllocationEventSource)?
    private let input: TraceInput?
    private let size: UInt64?

    init(_ events: TraceEvents) {
        native = events
        input = nil
        size = nil
    }

    init(_ events: any AllocationEventSource, of input: TraceInput, size: UInt64?) {
        foreign = events
        self.input = input
        self.size = size
    }

    func next() throws(TraceError) -> AllocationEvent? {
        native != nil ? try native?.next() : try foreign?.next()
    }

    /// How much of the trace has been read, from 0 to 1; nil if its size is unknown.
    var part: Double? {
        if let native { return native.progress }
        guard let input, let size, size > 0 else { return nil }
        return Double(input.offset) / Double(size)
    }

    /// What has been lost so far of a trace that `pageheap record` wrote.
    var losses: TraceLosses? { native?.losses }
}
