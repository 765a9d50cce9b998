import CPageHeap
import Synchronization

/// Sampling of allocations: a few of them, chosen by chance as `SampleRate` says, are reported to a watcher, and so are
/// their frees.
///
/// A heap that samples closes the fast path of malloc and free to all requests, as hardening level 1 does: so where nothing
/// is sampled, sampling costs the fast path nothing. Requests then come to the slow path, which takes the block as ever, from
/// the thread's cache if it can, and counts its bytes.
extension MallocHeap {
    /// Begins to sample. Called at the heap's start, which has closed the fast paths.
    ///
    /// - Returns: false if the system refuses memory for it.
    func beginSampling(_ rate: SampleRate) -> Bool {
        guard let blocks = SampledBlocks(using: heap.system) else { return false }
        guard let stacks = CallStacks(using: heap.system) else {
            blocks.cancel(using: heap.system)
            return false
        }
        state.pointee.sampling.blocks = blocks
        state.pointee.sampling.stacks = stacks
        state.pointee.sampling.rate = rate
        heap.noteMetadata(blocks.accessibleBytes + stacks.accessibleBytes)
        return true
    }

    /// Says who is told of samples, and what the random distances begin with. Called once, before the first request.
    package func watchSamples(_ watcher: SampleWatcher, seed: UInt64) {
        state.pointee.sampling.watcher = watcher
        seedRandom(seed)
    }

    /// Whether allocations are sampled.
    @inline(__always)
    package var isSampling: Bool { state.pointee.sampling.rate.meanBytes != 0 }

    /// Counts a new block, and samples it if it is hit. Every request that is served comes here once. The caller holds no
    /// lock.
    ///
    /// - Parameters:
    ///   - address: the block; 0 if there was no memory.
    ///   - bytes: the size requested.
    @inline(never)
    func sampleNew(_ address: UInt, _ bytes: UInt) {
        let slot = ThreadSlot.current.slot
        // What the unwinder or a probe allocates is not the program's.
        if address == 0 || slot.pointee.is_sampling != 0 { return }
        let counted = UInt64(max(bytes, 1))
        let rate = state.pointee.sampling.rate
        if slot.pointee.sample_distance == 0 { slot.pointee.sample_distance = rate.distance(nextRandom(slot)) }
        slot.pointee.sample_distance &-= Int64(clamping: counted)
        if slot.pointee.sample_distance > 0 { return }
        // Where in the block the next sample would be does not matter: the process has no memory.
        slot.pointee.sample_distance = rate.distance(nextRandom(slot))
        slot.pointee.is_sampling = 1
        enter(SampledBlock(address: address, bytes: counted, weight: rate.weight(of: counted)))
        slot.pointee.is_sampling = 0
    }

    private func enter(_ block: SampledBlock) {
        var block = block
        // A literal equal to ``Tunables/sampleFrames``: only then does Embedded Swift use the stack.
        withUnsafeTemporaryAllocation(of: UInt.self, capacity: 32) { buffer in
            let frames = buffer.baseAddress.unsafelyUnwrapped
            let count = state.pointee.sampling.watcher.unwind?(frames, Int32(buffer.count)) ?? 0
            let stack = UnsafeBufferPointer(start: frames, count: max(0, min(Int(count), buffer.count)))
            state.pointee.sampling.lock.lock()
            let before = state.pointee.sampling.accessibleBytes
            block.generation = state.pointee.sampling.generation
            block.stack = state.pointee.sampling.stacks.index(of: stack, using: heap.system)
            let isEntered = state.pointee.sampling.blocks.insert(block, using: heap.system)
            if isEntered {
                state.pointee.sampling.stacks.count(block)
            } else {
                state.pointee.sampling.refusedCount &+= 1
            }
            let more = state.pointee.sampling.accessibleBytes - before
            state.pointee.sampling.lock.unlock()
            if more != 0 { heap.noteMetadata(more) }
            if isEntered { state.pointee.sampling.watcher.allocated?(block.address, block.bytes, block.weight) }
        }
    }

    /// Notes that a block is about to be freed: before others can get it. The caller holds no lock.
    @inline(__always)
    func sampleFreed(_ address: UInt) {
        if state.pointee.sampling.blocks.mayHold(address) { removeSample(address) }
    }

    @inline(never)
    private func removeSample(_ address: UInt) {
        state.pointee.sampling.lock.lock()
        let isFound = state.pointee.sampling.blocks.remove(address)
        state.pointee.sampling.lock.unlock()
        if isFound { state.pointee.sampling.watcher.freed?(address) }
    }

    /// Counts a block that was resized in place as freed and allocated.
    func sampleResized(_ address: UInt, _ bytes: UInt) {
        sampleFreed(address)
        sampleNew(address, bytes)
    }

    /// In a child process: what was sampled so far is the parent's, and only its frees are told.
    package func beginSamplesOfChild() {
        if isSampling { state.pointee.sampling.generation &+= 1 }
    }

    /// Stops sampling in a child process that was copied while another thread changed the tables. Frees still take the slow
    /// path.
    func stopSampling() {
        state.pointee.sampling.rate = SampleRate(meanBytes: 0)
        state.pointee.sampling.blocks.close()
    }

    func endSampling() {
        state.pointee.sampling.blocks.cancel(using: heap.system)
        state.pointee.sampling.stacks.cancel(using: heap.system)
    }
}

/// Who is told of sampled allocations. The functions are called without a lock; what they allocate is not sampled.
package struct SampleWatcher: Sendable {
    /// Called with a sampled block, the bytes requested, and those that it stands for, before the program gets it.
    package var allocated: (@convention(c) (UInt, UInt64, UInt64) -> Void)?
    /// Called with a sampled block before it is freed.
    package var freed: (@convention(c) (UInt) -> Void)?
    /// Writes the return addresses of the calls that led here, the innermost first, at most as many as the second argument
    /// says, and returns their number.
    package var unwind: (@convention(c) (UnsafeMutablePointer<UInt>, Int32) -> Int32)?
    /// Writes a profile, and returns the number in its file's name, plus 1; 0 if none could be written. May be called on the
    /// worker's thread.
    package var writeProfile: (@convention(c) () -> UInt64)?

    package init() {}
}

/// The state of sampling, in memory that does not move; valid (off) when zeroed.
package struct SamplingState: ~Copyable {
    /// Guards the tables and all that follows them. Rare: it is taken for a sampled block, and for a free that finds the
    /// chain of its address filled.
    let lock: FutexLock<LockRanks.Samples>
    var rate: SampleRate
    var watcher: SampleWatcher
    var blocks: SampledBlocks
    var stacks: CallStacks
    /// See ``SampledBlock/generation``.
    var generation: UInt32
    /// Blocks that were not sampled because there was no room.
    var refusedCount: UInt64

    var accessibleBytes: ByteCount { blocks.accessibleBytes + stacks.accessibleBytes }
}
