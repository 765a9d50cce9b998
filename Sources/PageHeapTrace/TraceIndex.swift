/// Where the blocks of a trace are: what one pass over their headers finds.
///
/// It takes 40 bytes of memory for each block, which is less than a tenth of a percent of the file of a program that allocates
/// much. Time: one read for each block, and one for each 64 KiB that are none.
struct TraceIndex: Sendable {
    /// A block of events.
    struct Block: Hashable, Sendable {
        var offset: UInt64
        var process: UInt32
        var thread: UInt32
        var sequence: UInt32
        /// How much of the payload to read: what is used, or all if the block is not closed.
        var payloadBytes: UInt32
        var baseTick: UInt64
        var isClosed: Bool
    }

    private(set) var blocks: [Block] = []
    /// The blocks that describe processes, in the order of the file.
    private(set) var descriptions: [Block] = []
    /// How many events the closed blocks have, as their headers say.
    private(set) var closedEvents: UInt64 = 0
    private(set) var losses = TraceLosses()

    private let file: TraceFile
    private static let windowBytes = 1 << 16

    init(_ file: TraceFile) throws(TraceError) {
        self.file = file
        var offset = UInt64(TraceFormat.headerBytes)
        while offset < file.size {
            let header = try file.read(at: offset, count: TraceFormat.blockHeaderBytes)
            if let block = try take(header, at: offset) {
                offset += UInt64(BlockHeader.distance(payloadBytes: Int(block.payloadBytes)))
            } else {
                offset = try nextCandidate(from: offset)
            }
        }
        blocks.sort {
            ($0.process, $0.thread, $0.sequence, $0.offset) < ($1.process, $1.thread, $1.sequence, $1.offset)
        }
    }

    /// Takes in the block whose header is given. Returns nil if it is none.
    private mutating func take(_ header: [UInt8], at offset: UInt64) throws(TraceError) -> Block? {
        guard Self.isHeader(header[...]) else { return nil }
        let capacity = header.number(at: TraceFormat.capacityOffset, as: UInt32.self)
        let used = header.number(at: TraceFormat.usedOffset, as: UInt32.self)
        let kind = header.number(at: TraceFormat.kindOffset, as: UInt32.self)
        var payloadBytes = used > 0 ? used : capacity
        if used > capacity {
            // The part of the header that no checksum holds. What the block has can be read up to the first nonsense.
            losses.noteDamage(at: offset + UInt64(TraceFormat.usedOffset))
            payloadBytes = capacity
        }
        let left = file.size - offset - UInt64(TraceFormat.blockHeaderBytes)
        let isCutShort = UInt64(payloadBytes) > left
        if isCutShort {
            payloadBytes = UInt32(left)
            losses.isCutShort = true
            losses.noteDamage(at: file.size)
        }
        let block = Block(
            offset: offset, process: header.number(at: TraceFormat.processOffset, as: UInt32.self),
            thread: header.number(at: TraceFormat.threadOffset, as: UInt32.self),
            sequence: header.number(at: TraceFormat.sequenceOffset, as: UInt32.self), payloadBytes: payloadBytes,
            baseTick: header.number(at: TraceFormat.baseTickOffset, as: UInt64.self),
            isClosed: used > 0 && used <= capacity && !isCutShort)
        if kind == TraceFormat.eventsKind {
            blocks.append(block)
            if block.isClosed {
                closedEvents += UInt64(header.number(at: TraceFormat.eventCountOffset, as: UInt32.self))
            }
        } else if kind == TraceFormat.processKind {
            descriptions.append(block)
        }
        return block
    }

    private static func isHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
        // Most of what is no header is told from one without a copy.
        guard bytes.first == UInt8(truncatingIfNeeded: TraceFormat.blockMagic) else { return false }
        let header = Array(bytes)
        guard header.count == TraceFormat.blockHeaderBytes,
            header.number(at: 0, as: UInt32.self) == TraceFormat.blockMagic,
            header.number(at: TraceFormat.capacityOffset, as: UInt32.self) <= UInt32(TraceFormat.largestPayload)
        else { return false }
        let checksum = header.withUnsafeBytes {
            TraceChecksum.of(UnsafeRawBufferPointer(rebasing: $0[..<TraceFormat.blockChecksumOffset]))
        }
        return header.number(at: TraceFormat.blockChecksumOffset, as: UInt64.self) == checksum
    }

    /// Returns the next place at which a block may begin after one at which none does: the end of zeros, or, after damage, the
    /// next place that looks like a header.
    private mutating func nextCandidate(from start: UInt64) throws(TraceError) -> UInt64 {
        let step = TraceFormat.blockAlignment
        var offset = start
        var isFirst = true
        while offset < file.size {
            let window = try file.read(at: offset, count: Self.windowBytes)
            if window.isEmpty { break }
            var index = 0
            while index < window.count {
                let end = Swift.min(index + step, window.count)
                let isEmpty = window[index..<end].allSatisfy { $0 == 0 }
                // The first one is known to be none.
                if !isFirst, !isEmpty, Self.isHeader(window[index..<end]) { return offset + UInt64(index) }
                if !isEmpty {
                    losses.noteDamage(at: offset + UInt64(index))
                    losses.skippedBytes += UInt64(end - index)
                }
                isFirst = false
                index += step
            }
            offset += UInt64(window.count)
            if window.count < Self.windowBytes { break }
            // Holes, which can be larger than anyone could read, are passed over.
            offset = file.nextData(from: offset) / UInt64(step) * UInt64(step)
        }
        return file.size
    }
}
