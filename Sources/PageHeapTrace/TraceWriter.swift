import Glibc

/// Writes a trace in the native format, for tests and for converters. (`pageheap record` writes its own in the programs that it
/// records.)
///
/// Use:
///
///     var writer = try TraceWriter(path: "made.trace")
///     let process = try writer.addProcess(identifier: 1, executable: "/bin/made", arguments: ["made"])
///     try writer.append(event, to: process)
///     try writer.finish()
///
/// Events are read back as they were written: in the same order if, within a process, their times do not fall. Each thread of a
/// process has a buffer of 64 KiB until ``finish()``. Without that the file has what was full, and can be read.
public struct TraceWriter: ~Copyable {
    private let descriptor: Int32
    private var end = UInt64(TraceFormat.headerBytes)
    private var processes: UInt32 = 0
    private var lastTicks: [UInt32: UInt64] = [:]
    private var buffers: [Place: BlockBuffer] = [:]

    /// Ticks are parts of a nanosecond, so that events of one time keep their order.
    private static let ticksPerNanosecond: UInt64 = 1024

    private struct Place: Hashable {
        var process: UInt32
        var thread: UInt32
    }

    /// Creates a trace, or empties the file.
    ///
    /// - Parameter startedAt: the time that events count from, in nanoseconds since 1970, UTC.
    public init(path: String, startedAt: UInt64 = 0) throws(TraceError) {
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        if descriptor < 0 { throw TraceError("the trace '\(path)' cannot be written: \(Self.reason)") }
        try write(
            TraceHeader.bytes(
                clock: TraceFormat.writerClock, ticksPerSecond: 1_000_000_000 * Self.ticksPerNanosecond, firstTick: 0,
                startedAt: startedAt), at: 0)
    }

    deinit { Glibc.close(descriptor) }

    /// Adds a process, and returns its number.
    ///
    /// - Parameters:
    ///   - forkedFrom: the number of the process that it was forked from; nil if it was executed.
    ///   - start: in nanoseconds since the recording began.
    public mutating func addProcess(
        identifier: UInt32, parentIdentifier: UInt32 = 0, forkedFrom: UInt32? = nil, executable: String,
        arguments: [String] = [], start: UInt64 = 0
    ) throws(TraceError) -> UInt32 {
        let name = Array(executable.utf8.prefix(TraceFormat.longestExecutable))
        let texts = arguments.flatMap { word -> [UInt8] in Array(word.utf8) + [0] }
        let words = Array(texts.prefix(TraceFormat.longestArguments))
        let parent: UInt32 = forkedFrom.map { $0 &+ 1 } ?? 0
        let numbers = [identifier, parentIdentifier, parent, UInt32(name.count), UInt32(words.count), 0]
        var payload: [UInt8] = []
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { payload.append(contentsOf: $0) } }
        payload += name + words
        let header = BlockHeader(
            capacity: UInt32(payload.count), process: processes, thread: TraceFormat.noThread, sequence: 0,
            kind: TraceFormat.processKind, baseTick: start * Self.ticksPerNanosecond, baseAddress: 0)
        var block = BlockBuffer(header)
        block.append(payload)
        try write(block)
        processes += 1
        return processes - 1
    }

    /// Appends an event of a process. Takes constant time, except when a buffer is full.
    public mutating func append(_ event: AllocationEvent, to process: UInt32) throws(TraceError) {
        let place = Place(process: process, thread: event.thread)
        let (scaled, overflow) = event.time.multipliedReportingOverflow(by: Self.ticksPerNanosecond)
        let last = lastTicks[process]
        let tick = max(overflow ? .max : scaled, last.map { $0 == .max ? $0 : $0 + 1 } ?? 0)
        lastTicks[process] = tick
        if let buffer = buffers[place], buffer.isFull {
            try write(buffer)
            buffers[place] = BlockBuffer(buffer.nextHeader(tick: tick))
        }
        var buffer =
            buffers.removeValue(forKey: place)
            ?? BlockBuffer(
                BlockHeader(
                    capacity: UInt32(BlockBuffer.payloadBytes), process: process, thread: event.thread, sequence: 0,
                    kind: TraceFormat.eventsKind, baseTick: tick, baseAddress: 0))
        buffer.append(event.action, tick: tick)
        buffers[place] = buffer
    }

    /// Writes what is left in the buffers.
    public mutating func finish() throws(TraceError) {
        for place in buffers.keys.sorted(by: { ($0.process, $0.thread) < ($1.process, $1.thread) }) {
            if let buffer = buffers[place] { try write(buffer) }
        }
        buffers = [:]
    }

    private mutating func write(_ block: BlockBuffer) throws(TraceError) {
        let bytes = block.closed()
        try write(bytes, at: end)
        end += UInt64(bytes.count)
    }

    private func write(_ bytes: [UInt8], at offset: UInt64) throws(TraceError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map {
                    pwrite(descriptor, $0 + done, bytes.count - done, off_t(offset) + off_t(done))
                } ?? 0
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { throw TraceError("the trace cannot be written: \(Self.reason)", at: offset) }
            done += count
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
