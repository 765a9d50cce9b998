/// One event of an allocation trace: what a thread of a program asked of its allocator, and when.
///
/// A trace holds the events of a process in an order in which they can be replayed: a block is allocated before it is freed,
/// and an address is freed before it is handed out again. ``TraceEvents`` says what exceptions a recording has.
public struct AllocationEvent: Hashable, Sendable {
    /// Nanoseconds since the recording began.
    public var time: UInt64
    /// The thread, numbered from 0 in the order in which threads first appear in the trace.
    public var thread: UInt32
    public var action: AllocationAction

    public init(time: UInt64, thread: UInt32, action: AllocationAction) {
        self.time = time
        self.thread = thread
        self.action = action
    }
}

/// What a thread asked of its allocator.
public enum AllocationAction: Hashable, Sendable {
    /// A block was handed out.
    ///
    /// - Parameters:
    ///   - block: the block's address, which names it until it is freed.
    ///   - bytes: the size that was asked for.
    ///   - alignment: in bytes, if the program asked for one; otherwise 0.
    ///   - isZeroed: whether the block had to be zeroed.
    case allocate(block: UInt64, bytes: UInt64, alignment: UInt64, isZeroed: Bool)
    /// A block was freed.
    case free(block: UInt64)
    /// A block got another size, and perhaps another place.
    case reallocate(block: UInt64, to: UInt64, bytes: UInt64)
    /// The thread ended.
    case endThread
}

/// Yields the events of a trace, one after the other.
public protocol AllocationEventSource {
    /// Returns the next event; nil at the end of the trace.
    ///
    /// - Throws: if the trace is damaged from here on. The error names the offset in the file.
    mutating func next() throws(TraceError) -> AllocationEvent?
}

/// A trace that cannot be read further.
public struct TraceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// Where in the file, in bytes from its beginning; nil if the error is not of one place.
    public let offset: UInt64?

    public init(_ message: String, at offset: UInt64? = nil) {
        self.message = message
        self.offset = offset
    }

    public var description: String { offset.map { "\(message), at byte \($0)" } ?? message }
}
