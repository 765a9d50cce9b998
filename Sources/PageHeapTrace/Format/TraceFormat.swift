/// The constants of the native trace format, version 1. `Documentation/trace-format.md` describes it bit by bit.
///
/// A trace is a file header of one page, and after it blocks. A block belongs to one thread of one process, has all that is
/// needed to read it, and has checksums of its own. All numbers are little-endian.
///
/// The files of this folder are compiled twice: here, for the reader and the writer, and as Embedded Swift into the library that
/// records (`Sources/PageHeapRecorder`). So they allocate nothing.
enum TraceFormat {
    /// "PHTRACE", and a line's end, which a transfer as text would change.
    static let magic: UInt64 = 0x0a45_4341_5254_4850
    static let version: UInt32 = 1
    /// The header's size: a page, because the processes that are recorded have it mapped.
    static let headerBytes = 4096

    // Offsets in the file header.
    static let versionOffset = 8
    static let headerBytesOffset = 12
    static let clockOffset = 16
    static let ticksPerSecondOffset = 24
    static let firstTickOffset = 32
    static let startOffset = 40
    /// The checksum of all bytes before it.
    static let headerChecksumOffset = 48
    // What follows changes while programs are recorded, so no checksum holds it.
    static let claimedEndOffset = 64
    static let processCountOffset = 72
    static let stoppedCountOffset = 76
    static let stopReasonOffset = 80
    static let stoppedProcessOffset = 84
    static let stopTickOffset = 88
    static let lostEventsOffset = 96

    /// What a tick is: a cycle of the processor's time-stamp counter, something of the trace's writer, or a nanosecond of the
    /// system's monotonic clock.
    static let processorClock: UInt32 = 1
    static let writerClock: UInt32 = 2
    static let systemClock: UInt32 = 3

    // A block: a header, and a payload.
    static let blockMagic: UInt32 = 0x6b6c_4250
    static let blockHeaderBytes = 64
    /// Blocks begin at multiples of it.
    static let blockAlignment = 64
    static let capacityOffset = 4
    static let processOffset = 8
    static let threadOffset = 12
    static let sequenceOffset = 16
    static let kindOffset = 20
    static let baseTickOffset = 24
    static let baseAddressOffset = 32
    /// The checksum of the block header before it. What follows is zero until the block is closed.
    static let blockChecksumOffset = 40
    static let payloadChecksumOffset = 48
    /// Both are written at once, as one word, after all else.
    static let usedOffset = 56
    static let eventCountOffset = 60

    static let eventsKind: UInt32 = 1
    static let processKind: UInt32 = 2
    /// The thread of a block that describes a process.
    static let noThread: UInt32 = .max

    /// The largest payload: the reader holds one for each thread that is alive at a time.
    static let largestPayload = 1 << 18
    /// The most bytes that one event takes. A writer closes its block before less is left.
    static let largestEvent = 48

    // The first byte of an event: 2 bits of kind, 1 bit that says whether a time follows, 3 bits for the length of the address,
    // 2 bits for the length of the size.
    static let allocation: UInt8 = 1
    static let freeing: UInt8 = 2
    static let other: UInt8 = 3
    static let timedBit: UInt8 = 4
    static let addressShift: UInt8 = 3
    static let absoluteAddress: UInt8 = 7
    static let sizeShift: UInt8 = 6

    // The second byte of an event of kind `other`.
    static let zeroedAllocation: UInt8 = 1
    static let alignedAllocation: UInt8 = 2
    static let reallocationBegin: UInt8 = 3
    static let reallocationEnd: UInt8 = 4
    static let reallocationFailure: UInt8 = 5
    static let threadEnd: UInt8 = 6
    static let zeroedAlignedAllocation: UInt8 = 7

    // The payload of a block that describes a process.
    static let identifierOffset = 0
    static let parentIdentifierOffset = 4
    /// The number of the process in the trace that it was forked from, plus 1; 0 if it was executed.
    static let forkedFromOffset = 8
    static let executableLengthOffset = 12
    static let argumentsLengthOffset = 16
    static let textsOffset = 24
    static let longestExecutable = 4096
    static let longestArguments = 8192
}
