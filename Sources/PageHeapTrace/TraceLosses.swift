/// What could not be read of a trace, or was not recorded.
public struct TraceLosses: Hashable, Sendable {
    /// Blocks whose contents do not match their checksum, or make no sense.
    public var damagedBlocks = 0
    /// Events in them that were not read, as far as their headers say.
    public var damagedEvents: UInt64 = 0
    /// Blocks of which even the header is gone: the ones after them say how many.
    public var missingBlocks = 0
    /// Bytes between blocks that are no block.
    public var skippedBytes: UInt64 = 0
    /// Whether the file ends within a block.
    public var isCutShort = false
    /// The offset of the first damage in the file; nil if there is none.
    public var firstOffset: UInt64?
    /// Events that the recorder left out: those of signal handlers that interrupted the recording of another event.
    public var unrecordedEvents: UInt64 = 0
    /// Processes whose recording ended before they did, because the file could not grow.
    public var stoppedProcesses = 0
    /// The error number of the first of these; 0 if there is none.
    public var stopReason: Int32 = 0
    /// When that was, in nanoseconds since the recording began.
    public var stopTime: UInt64 = 0

    /// Whether the file is damaged.
    public var hasDamage: Bool { firstOffset != nil }
    /// Whether the trace has all that happened, as far as one can know.
    public var isComplete: Bool { !hasDamage && unrecordedEvents == 0 && stoppedProcesses == 0 }

    public init() {}

    mutating func noteDamage(at offset: UInt64) {
        firstOffset = Swift.min(firstOffset ?? offset, offset)
    }
}
