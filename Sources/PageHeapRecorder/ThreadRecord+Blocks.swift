import CPageHeapRecorder

/// The blocks of a thread, one after the other in the parts of the file that it has claimed.
extension ThreadRecord {
    /// A thread claims little at first, and twice as much each time.
    private static let leastClaim: UInt = 16 << 10
    private static let largestClaim: UInt = 1 << 20
    private static let largestBlock: UInt = 64 << 10
    /// Less space than that is not worth a block.
    private static let leastBlock: UInt = 1 << 10

    /// Closes the block, if there is one, and opens the next. Stops the recording of the process if there is no space for it.
    mutating func openBlock(process: UInt32) -> Bool {
        let lastAddress = blockLimit == 0 ? 0 : encoder.lastAddress
        closeBlock()
        if spaceEnd - space < Self.leastBlock, !claim() { return false }
        let bytes =
            min(spaceEnd - space, Self.largestBlock) / UInt(TraceFormat.blockAlignment)
            * UInt(TraceFormat.blockAlignment)
        guard let place = UnsafeMutableRawPointer(bitPattern: space) else { return false }
        // A lower bound for the events' times: the reader takes the block up from there on.
        let tick = sequence == 0 ? pageheap_recorder_tick() : encoder.lastTick
        BlockHeader(
            capacity: UInt32(bytes) - UInt32(TraceFormat.blockHeaderBytes), process: process, thread: owner - 1,
            sequence: sequence, kind: TraceFormat.eventsKind, baseTick: tick, baseAddress: UInt64(lastAddress)
        ).store(at: place)
        encoder = EventEncoder(
            at: place + TraceFormat.blockHeaderBytes, baseAddress: UInt64(lastAddress), baseTick: tick)
        block = space
        blockLimit = space + bytes - UInt(TraceFormat.largestEvent)
        limit = blockLimit
        eventCount = 0
        space += bytes
        sequence += 1
        return true
    }

    /// Closes the block, if there is one. What it does not use is space again.
    mutating func closeBlock() {
        guard let place = UnsafeMutableRawPointer(bitPattern: block) else { return }
        let used = encoder.cursor - (place + TraceFormat.blockHeaderBytes)
        BlockHeader.close(at: place, used: used, events: eventCount)
        // A block without an event stays as if it were open: it takes all its space.
        if used > 0 { space = block + UInt(BlockHeader.distance(payloadBytes: used)) }
        block = 0
        limit = 0
        blockLimit = 0
    }

    /// Claims more of the file. Returns false, and stops recording, if there is no more.
    private mutating func claim() -> Bool {
        let bytes = mappingBytes == 0 ? Self.leastClaim : min(2 * mappingBytes, Self.largestClaim)
        if let old = UnsafeMutableRawPointer(bitPattern: mapping) { pageheap_recorder_unmap(old, mappingBytes) }
        mapping = 0
        space = 0
        spaceEnd = 0
        var error: Int32 = 0
        guard let memory = pageheap_recorder_claim(bytes, UInt(TraceFormat.claimedEndOffset), &error) else {
            ProcessRecord.stop(error)
            return false
        }
        mapping = UInt(bitPattern: memory)
        mappingBytes = bytes
        space = mapping
        spaceEnd = mapping + bytes
        return true
    }
}
