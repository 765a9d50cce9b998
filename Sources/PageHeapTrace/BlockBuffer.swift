/// A block in memory, for ``TraceWriter``.
struct BlockBuffer {
    private let header: BlockHeader
    private var bytes: [UInt8]
    private var used = 0
    private var events: UInt32 = 0
    private var lastAddress: UInt64
    private var lastTick: UInt64

    static let payloadBytes = 1 << 16

    init(_ header: BlockHeader) {
        self.header = header
        bytes = Array(
            repeating: 0, count: BlockHeader.distance(payloadBytes: Int(header.capacity)) + TraceFormat.largestEvent)
        lastAddress = header.baseAddress
        lastTick = header.baseTick
    }

    /// Whether another event might not fit.
    var isFull: Bool { Int(header.capacity) - used < 3 * TraceFormat.largestEvent }

    /// Returns the header of the block after this one.
    func nextHeader(tick: UInt64) -> BlockHeader {
        var next = header
        next.sequence &+= 1
        next.baseTick = tick
        next.baseAddress = lastAddress
        return next
    }

    /// Appends bytes to the payload, which must have room for them.
    mutating func append(_ payload: [UInt8]) {
        let start = TraceFormat.blockHeaderBytes + used
        bytes.replaceSubrange(start..<start + payload.count, with: payload)
        used += payload.count
    }

    /// Appends an event; the block must not be full.
    mutating func append(_ action: AllocationAction, tick: UInt64) {
        let start = TraceFormat.blockHeaderBytes + used
        var encoder = (lastAddress: lastAddress, lastTick: lastTick, used: 0)
        bytes.withUnsafeMutableBytes { memory in
            guard let base = memory.baseAddress else { return }
            var writer = EventEncoder(at: base + start, baseAddress: lastAddress, baseTick: lastTick)
            Self.encode(action, .tick(tick), &writer)
            encoder = (writer.lastAddress, writer.lastTick, writer.cursor - (base + start))
        }
        lastAddress = encoder.lastAddress
        lastTick = encoder.lastTick
        used += encoder.used
        events += action.isReallocation ? 2 : 1
    }

    private static func encode(_ action: AllocationAction, _ time: EventEncoder.Time, _ writer: inout EventEncoder) {
        switch action {
        case .allocate(let block, let bytes, 0, false): writer.allocate(block, bytes: bytes, time)
        case .allocate(let block, let bytes, 0, true): writer.allocateZeroed(block, bytes: bytes, time)
        case .allocate(let block, let bytes, let alignment, let isZeroed):
            writer.allocateAligned(block, bytes: bytes, alignment: alignment, isZeroed: isZeroed, time)
        case .free(let block): writer.free(block, time)
        case .reallocate(let block, let target, let bytes):
            writer.beginReallocation(block, time)
            writer.endReallocation(target, bytes: bytes, .asBefore)
        case .endThread: writer.endThread(time)
        }
    }

    /// Returns the bytes of the block, closed, up to where the next one begins.
    func closed() -> [UInt8] {
        var bytes = bytes
        bytes.withUnsafeMutableBytes { memory in
            guard let base = memory.baseAddress else { return }
            header.store(at: base)
            BlockHeader.close(at: base, used: used, events: events)
        }
        return Array(bytes.prefix(BlockHeader.distance(payloadBytes: used)))
    }
}

extension AllocationAction {
    fileprivate var isReallocation: Bool {
        if case .reallocate = self { true } else { false }
    }
}
