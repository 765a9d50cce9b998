/// The events of one thread, from the blocks that hold them, in the thread's order. It holds one block at a time in memory.
struct ThreadStream: Sendable {
    let thread: UInt32
    private let file: TraceFile
    private let blocks: ArraySlice<TraceIndex.Block>
    private var nextBlock: Int
    private var nextSequence: UInt32 = 0
    private var decoder: EventDecoder?
    /// How many events the current block has as its header says; 0 if it does not.
    private var promised: UInt64 = 0
    private var blockOffset: UInt64 = 0
    private var lastTick: UInt64 = 0
    /// Bytes of payload that have been read.
    private(set) var bytesRead: UInt64 = 0
    private(set) var losses = TraceLosses()
    /// The tick at which the thread's next event is, or shortly before.
    var firstTick: UInt64 { blocks.first?.baseTick ?? 0 }

    /// - Parameter blocks: the thread's blocks, by their sequence.
    init(_ blocks: ArraySlice<TraceIndex.Block>, of file: TraceFile) {
        self.blocks = blocks
        self.file = file
        thread = blocks.first?.thread ?? 0
        nextBlock = blocks.startIndex
    }

    /// Returns the thread's next event; nil at its end.
    ///
    /// - Parameter stopsAtDamage: whether damage is an error. If not, the rest of a damaged block is passed over, and counted.
    mutating func next(stopsAtDamage: Bool) throws(TraceError) -> EncodedEvent? {
        while true {
            do throws(TraceError) {
                if var event = try decoder?.next() {
                    // The order of a thread is that of its events, whatever damaged times say.
                    event.tick = max(event.tick, lastTick)
                    lastTick = event.tick
                    return event
                }
                if let count = decoder?.count, promised != 0, count != promised {
                    promised = 0
                    throw TraceError("a block has more or fewer events than its header says", at: blockOffset)
                }
                guard nextBlock < blocks.endIndex else {
                    decoder = nil
                    return nil
                }
                try open(blocks[nextBlock])
            } catch {
                losses.damagedBlocks += 1
                losses.damagedEvents += promised - min(promised, decoder?.count ?? 0)
                losses.noteDamage(at: error.offset ?? blockOffset)
                decoder = nil
                promised = 0
                if stopsAtDamage { throw error }
            }
        }
    }

    /// Makes a block the current one.
    private mutating func open(_ block: TraceIndex.Block) throws(TraceError) {
        decoder = nil
        promised = 0
        nextBlock += 1
        blockOffset = block.offset
        if block.sequence < nextSequence {
            throw TraceError("two blocks of a thread have one number", at: block.offset)
        }
        let missing = block.sequence - nextSequence
        nextSequence = block.sequence &+ 1
        let start = block.offset + UInt64(TraceFormat.blockHeaderBytes)
        let header = try file.read(at: block.offset, count: TraceFormat.blockHeaderBytes)
        let payload = try file.read(at: start, count: Int(block.payloadBytes))
        bytesRead += UInt64(block.payloadBytes)
        // Somebody may have changed the file since it was indexed.
        guard header.count == TraceFormat.blockHeaderBytes, payload.count == Int(block.payloadBytes) else {
            throw TraceError("the file became shorter while it was read", at: block.offset)
        }
        if block.isClosed {
            promised = UInt64(header.number(at: TraceFormat.eventCountOffset, as: UInt32.self))
            let checksum = payload.withUnsafeBytes { TraceChecksum.of($0) }
            if checksum != header.number(at: TraceFormat.payloadChecksumOffset, as: UInt64.self) {
                throw TraceError("a block does not match its checksum", at: block.offset)
            }
        }
        decoder = EventDecoder(
            payload, at: start, isClosed: block.isClosed,
            baseAddress: header.number(at: TraceFormat.baseAddressOffset, as: UInt64.self), baseTick: block.baseTick)
        if missing > 0 {
            losses.missingBlocks += Int(missing)
            losses.noteDamage(at: block.offset)
        }
    }
}
