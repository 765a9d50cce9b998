import PageHeapTrace

/// What the events of a process add up to. Takes memory in proportion to the blocks in use.
struct TraceTally: Sendable {
    private(set) var allocations: UInt64 = 0
    private(set) var zeroedAllocations: UInt64 = 0
    private(set) var alignedAllocations: UInt64 = 0
    private(set) var reallocations: UInt64 = 0
    private(set) var frees: UInt64 = 0
    /// Frees of blocks that the trace does not know: inherited over a fork, or older than the recording.
    private(set) var unknownFrees: UInt64 = 0
    private(set) var threadEnds: UInt64 = 0
    private(set) var allocatedBytes: UInt64 = 0
    private(set) var liveBytes: UInt64 = 0
    private(set) var peakLiveBytes: UInt64 = 0
    /// When that was, in nanoseconds since the recording began.
    private(set) var peakTime: UInt64 = 0
    private(set) var firstTime: UInt64?
    private(set) var lastTime: UInt64 = 0
    private(set) var sizes = SizeHistogram()
    /// How long blocks lived that were freed, in nanoseconds. A reallocation is no end.
    private(set) var lifetimes = SizeHistogram()
    private var live: [UInt64: Block] = [:]

    private struct Block {
        var bytes: UInt64
        var since: UInt64
    }

    var events: UInt64 { allocations + reallocations + frees + threadEnds }
    var liveBlocks: Int { live.count }
    /// The time from the first event to the last, in nanoseconds.
    var duration: UInt64 { lastTime - min(firstTime ?? lastTime, lastTime) }

    mutating func add(_ event: AllocationEvent) {
        firstTime = firstTime ?? event.time
        lastTime = max(lastTime, event.time)
        switch event.action {
        case .allocate(let address, let bytes, let alignment, let isZeroed):
            allocations += 1
            if isZeroed { zeroedAllocations += 1 }
            if alignment != 0 { alignedAllocations += 1 }
            begin(address, Block(bytes: bytes, since: event.time), event.time)
        case .free(let address):
            frees += 1
            if let block = live.removeValue(forKey: address) {
                liveBytes -= block.bytes
                lifetimes.add(event.time - min(block.since, event.time))
            } else {
                unknownFrees += 1
            }
        case .reallocate(let address, let target, let bytes):
            reallocations += 1
            let old = live.removeValue(forKey: address)
            liveBytes -= old?.bytes ?? 0
            begin(target, Block(bytes: bytes, since: old?.since ?? event.time), event.time)
        case .endThread: threadEnds += 1
        }
    }

    private mutating func begin(_ address: UInt64, _ block: Block, _ time: UInt64) {
        // Damaged traces may have any size, and an address twice.
        var block = block
        block.bytes = min(block.bytes, 1 << 56)
        if let lost = live.updateValue(block, forKey: address) { liveBytes -= lost.bytes }
        liveBytes = liveBytes &+ block.bytes
        allocatedBytes = allocatedBytes &+ block.bytes
        sizes.add(block.bytes)
        if liveBytes > peakLiveBytes {
            peakLiveBytes = liveBytes
            peakTime = time
        }
    }
}
