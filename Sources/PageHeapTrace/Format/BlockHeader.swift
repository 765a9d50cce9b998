/// The header of a block: whose events it holds, and what their differences begin with.
struct BlockHeader: Hashable, Sendable {
    /// The payload's size. Not all of it need be used.
    var capacity: UInt32
    var process: UInt32
    var thread: UInt32
    /// The block's number among those of its thread, from 0.
    var sequence: UInt32
    var kind: UInt32
    /// What the time of the first event is a difference to.
    var baseTick: UInt64
    /// What the address of the first event is a difference to.
    var baseAddress: UInt64

    /// Writes the header, as that of a block that is not closed yet.
    func store(at place: UnsafeMutableRawPointer) {
        place.storeBytes(of: TraceFormat.blockMagic.littleEndian, as: UInt32.self)
        place.storeBytes(of: capacity.littleEndian, toByteOffset: TraceFormat.capacityOffset, as: UInt32.self)
        place.storeBytes(of: process.littleEndian, toByteOffset: TraceFormat.processOffset, as: UInt32.self)
        place.storeBytes(of: thread.littleEndian, toByteOffset: TraceFormat.threadOffset, as: UInt32.self)
        place.storeBytes(of: sequence.littleEndian, toByteOffset: TraceFormat.sequenceOffset, as: UInt32.self)
        place.storeBytes(of: kind.littleEndian, toByteOffset: TraceFormat.kindOffset, as: UInt32.self)
        place.storeBytes(of: baseTick.littleEndian, toByteOffset: TraceFormat.baseTickOffset, as: UInt64.self)
        place.storeBytes(of: baseAddress.littleEndian, toByteOffset: TraceFormat.baseAddressOffset, as: UInt64.self)
        let checksum = TraceChecksum.of(UnsafeRawBufferPointer(start: place, count: TraceFormat.blockChecksumOffset))
        place.storeBytes(of: checksum.littleEndian, toByteOffset: TraceFormat.blockChecksumOffset, as: UInt64.self)
        place.storeBytes(of: 0, toByteOffset: TraceFormat.payloadChecksumOffset, as: UInt64.self)
        place.storeBytes(of: 0, toByteOffset: TraceFormat.usedOffset, as: UInt64.self)
    }

    /// Closes the block that begins at `place`: writes how much of its payload is used, and its checksum.
    static func close(at place: UnsafeMutableRawPointer, used: Int, events: UInt32) {
        let payload = UnsafeRawBufferPointer(start: place + TraceFormat.blockHeaderBytes, count: used)
        let checksum = TraceChecksum.of(payload)
        place.storeBytes(of: checksum.littleEndian, toByteOffset: TraceFormat.payloadChecksumOffset, as: UInt64.self)
        let word = UInt64(truncatingIfNeeded: used) | UInt64(events) << 32
        TraceStore.publish(word.littleEndian, at: place + TraceFormat.usedOffset)
    }

    /// Returns where the next block may begin, in bytes from this one's beginning.
    ///
    /// - Parameter payloadBytes: how much of the payload is used, if the block is closed; otherwise its capacity.
    static func distance(payloadBytes: Int) -> Int {
        let alignment = TraceFormat.blockAlignment
        return (TraceFormat.blockHeaderBytes + payloadBytes + alignment - 1) / alignment * alignment
    }
}
