/// An event as a block holds it.
struct EncodedEvent: Hashable, Sendable {
    enum Action: Hashable, Sendable {
        case allocate(block: UInt64, bytes: UInt64, alignment: UInt64, isZeroed: Bool)
        case free(block: UInt64)
        case beginReallocation(block: UInt64)
        case endReallocation(block: UInt64, bytes: UInt64)
        case failReallocation
        case endThread
    }

    var tick: UInt64
    var action: Action
}

/// Reads the events of a block's payload, one after the other.
struct EventDecoder: Sendable {
    private let payload: [UInt8]
    /// The payload's offset in the file.
    private let fileOffset: UInt64
    /// Whether the writer closed the block. If not, a zero in place of an event is the end.
    private let isClosed: Bool
    private var position = 0
    private var address: UInt64
    private var tick: UInt64
    /// How many events have been read.
    private(set) var count: UInt64 = 0

    init(_ payload: [UInt8], at fileOffset: UInt64, isClosed: Bool, baseAddress: UInt64, baseTick: UInt64) {
        self.payload = payload
        self.fileOffset = fileOffset
        self.isClosed = isClosed
        address = baseAddress
        tick = baseTick
    }

    /// Returns the next event; nil at the end of the payload.
    mutating func next() throws(TraceError) -> EncodedEvent? {
        guard position < payload.count else { return nil }
        let start = position
        let tag = payload[position]
        position += 1
        if tag == 0 {
            position = isClosed ? start : payload.count
            if isClosed { throw error("a block has a zero in place of an event", start) }
            return nil
        }
        let kind: UInt8
        switch tag & 3 {
        case TraceFormat.allocation, TraceFormat.freeing: kind = 0
        case TraceFormat.other:
            kind = try byte(start)
        default: throw error("a block has an event of no known kind", start)
        }
        try takeAddress(tag >> TraceFormat.addressShift & 7, start)
        let action: EncodedEvent.Action
        switch (tag & 3, kind) {
        case (TraceFormat.allocation, _):
            let bytes = try takeBytes(1 << Int(tag >> TraceFormat.sizeShift), start)
            action = .allocate(block: address, bytes: bytes, alignment: 0, isZeroed: false)
        case (TraceFormat.freeing, _): action = .free(block: address)
        case (_, TraceFormat.zeroedAllocation):
            action = .allocate(block: address, bytes: try takeNumber(start), alignment: 0, isZeroed: true)
        case (_, TraceFormat.alignedAllocation), (_, TraceFormat.zeroedAlignedAllocation):
            let bytes = try takeNumber(start)
            action = .allocate(
                block: address, bytes: bytes, alignment: try takeNumber(start),
                isZeroed: kind == TraceFormat.zeroedAlignedAllocation)
        case (_, TraceFormat.reallocationBegin): action = .beginReallocation(block: address)
        case (_, TraceFormat.reallocationEnd): action = .endReallocation(block: address, bytes: try takeNumber(start))
        case (_, TraceFormat.reallocationFailure): action = .failReallocation
        case (_, TraceFormat.threadEnd): action = .endThread
        default: throw error("a block has an event of no known kind, \(kind)", start)
        }
        // A sum beyond the largest number is damage of a kind that cannot be told from a long time.
        if tag & TraceFormat.timedBit != 0 { tick = tick &+ (try takeNumber(start)) }
        count += 1
        return EncodedEvent(tick: tick, action: action)
    }

    private mutating func takeAddress(_ length: UInt8, _ start: Int) throws(TraceError) {
        if length == TraceFormat.absoluteAddress {
            address = try takeBytes(8, start)
            return
        }
        let folded = try takeBytes(Int(length), start)
        let units = Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1)
        address = address &+ UInt64(bitPattern: units &<< 3)
    }

    private mutating func byte(_ start: Int) throws(TraceError) -> UInt8 {
        guard position < payload.count else { throw error("a block ends within an event", start) }
        defer { position += 1 }
        return payload[position]
    }

    private mutating func takeBytes(_ count: Int, _ start: Int) throws(TraceError) -> UInt64 {
        guard payload.count - position >= count else { throw error("a block ends within an event", start) }
        var number: UInt64 = 0
        var index = count
        while index > 0 {
            index -= 1
            number = number << 8 | UInt64(payload[position + index])
        }
        position += count
        return number
    }

    private mutating func takeNumber(_ start: Int) throws(TraceError) -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte(start)
            if shift > 63 || shift == 63 && next > 1 { throw error("a block has a number that is too large", start) }
            number |= UInt64(next & 0x7f) << shift
            if next & 0x80 == 0 { return number }
            shift += 7
        }
    }

    private func error(_ message: String, _ position: Int) -> TraceError {
        TraceError(message, at: fileOffset + UInt64(position))
    }
}
