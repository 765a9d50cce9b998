@testable import PageHeapTrace

/// A block that a test writes event by event.
struct BlockImage {
    private let header: BlockHeader
    private var bytes: [UInt8]
    private var used = 0
    private var state: (address: UInt64, tick: UInt64) = (0, 0)
    private var events: UInt32 = 0

    init(thread: UInt32, sequence: UInt32 = 0, process: UInt32 = 0, capacity: UInt32 = 4032) {
        header = BlockHeader(
            capacity: capacity, process: process, thread: thread, sequence: sequence, kind: TraceFormat.eventsKind,
            baseTick: 0, baseAddress: 0)
        bytes = Array(repeating: 0, count: 64 + Int(capacity) + TraceFormat.largestEvent)
    }

    mutating func encode(_ body: (inout EventEncoder) -> Void) {
        let start = TraceFormat.blockHeaderBytes + used
        var encoder: EventEncoder?
        var length = 0
        let state = state
        bytes.withUnsafeMutableBytes { memory in
            guard let base = memory.baseAddress else { return }
            var writer = EventEncoder(at: base + start, baseAddress: state.address, baseTick: state.tick)
            body(&writer)
            length = writer.cursor - (base + start)
            encoder = writer
        }
        if let encoder { self.state = (encoder.lastAddress, encoder.lastTick) }
        used += length
        events += 1
    }

    /// The block as a program leaves it that is killed.
    func open() -> [UInt8] {
        var bytes = bytes
        bytes.withUnsafeMutableBytes { memory in if let base = memory.baseAddress { header.store(at: base) } }
        return Array(bytes.prefix(64 + Int(header.capacity)))
    }

    func closed() -> [UInt8] {
        var bytes = bytes
        bytes.withUnsafeMutableBytes { memory in
            guard let base = memory.baseAddress else { return }
            header.store(at: base)
            BlockHeader.close(at: base, used: used, events: events)
        }
        return Array(bytes.prefix(BlockHeader.distance(payloadBytes: used)))
    }

    /// A whole file, of a clock with one tick a nanosecond.
    static func file(_ blocks: [BlockImage]) -> [UInt8] { file(blocks.map { $0.closed() }) }

    static func file(_ blocks: [[UInt8]]) -> [UInt8] {
        TraceHeader.ofRecording(.system, firstTick: 0, startedAt: 0) + blocks.flatMap { $0 }
    }
}
