import CPageHeap

/// The few small blocks that have a page of their own (``GuardedBlocks``): how requests come to have one, and what happens to
/// them. Called by threads that hold no lock.
extension MallocHeap {
    /// Whether an address lies in the pool of guarded blocks.
    @inline(__always)
    func isGuarded(_ address: UInt) -> Bool { state.pointee.hardening.guarded.contains(address) }

    /// Takes a guarded block for a request if it is due.
    ///
    /// - Returns: the block, which reads as zero; nil if none is due, the request is too large, or all pages are in use.
    func allocateGuarded(_ bytes: UInt) -> UnsafeMutableRawPointer? {
        let interval = state.pointee.hardening.guardInterval
        let slot = ThreadSlot.current.slot
        // What the unwinder allocates is not the program's.
        if interval == 0 || slot.pointee.is_sampling != 0 { return nil }
        if slot.pointee.guard_distance == 0 { slot.pointee.guard_distance = nextDistance(interval, slot) }
        slot.pointee.guard_distance &-= 1
        if slot.pointee.guard_distance != 0 || !state.pointee.hardening.guarded.fits(bytes) { return nil }
        let site = currentSite(slot)
        state.pointee.hardening.lock.lock()
        let number = state.pointee.hardening.guarded.take(bytes, site)
        state.pointee.hardening.lock.unlock()
        guard let number else { return nil }
        let page = state.pointee.hardening.guarded.page(of: number)
        if !heap.system.removeGuard(page.address, page.bytes) {
            endFree(number)
            return nil
        }
        return UnsafeMutableRawPointer(bitPattern: state.pointee.hardening.guarded.block(number).address)
    }

    /// 1 to twice the interval, so that it is the mean.
    private func nextDistance(_ interval: UInt64, _ slot: UnsafeMutablePointer<pageheap_thread_slot>) -> UInt64 {
        interval == 1 ? 1 : 1 + nextRandom(slot) % (2 * interval - 1)
    }

    /// Frees a guarded block. Aborts with a report if the address is not that of one in use.
    func freeGuarded(_ address: UInt) {
        if isSampling { sampleFreed(address) }
        let site = currentSite(ThreadSlot.current.slot)
        state.pointee.hardening.lock.lock()
        let (number, fault) = state.pointee.hardening.guarded.beginFree(address, site)
        state.pointee.hardening.lock.unlock()
        if let fault { stopWrongUseOfGuarded(address, number, fault, in: .free) }
        if !state.pointee.hardening.guarded.block(number).isClearBehind { stopWrittenBeyond(number) }
        let page = state.pointee.hardening.guarded.page(of: number)
        // If the system refuses, the page is left out for ever rather than given to two.
        if heap.system.setGuard(page.address, page.bytes) { endFree(number) }
    }

    private func endFree(_ number: Int) {
        state.pointee.hardening.lock.lock()
        state.pointee.hardening.guarded.endFree(number)
        state.pointee.hardening.lock.unlock()
    }

    /// The usable size of a guarded block. Aborts with a report if the address is not that of one in use.
    func usableBytesOfGuarded(_ address: UInt, in call: BlockCall) -> ByteCount {
        let (number, fault) = state.pointee.hardening.guarded.diagnose(address)
        let block = state.pointee.hardening.guarded.block(number)
        if block.state != .inUse || block.address != address { stopWrongUseOfGuarded(address, number, fault, in: call) }
        return ByteCount(block.bytes)
    }

    /// Resizes a guarded block: a new size is a new request.
    func reallocateGuarded(_ address: UInt, _ bytes: UInt) -> UnsafeMutableRawPointer? {
        let held = usableBytesOfGuarded(address, in: .realloc)
        guard let old = UnsafeMutableRawPointer(bitPattern: address), let new = allocate(bytes) else { return nil }
        heap.system.copy(old, to: new, min(ByteCount(bytes), held))
        freeGuarded(address)
        return new
    }

    /// The thread, and the calls that led here.
    func currentSite(_ slot: UnsafeMutablePointer<pageheap_thread_slot>) -> GuardedSite {
        slot.pointee.is_sampling = 1
        defer { slot.pointee.is_sampling = 0 }
        // A literal: only then does Embedded Swift use the stack. As many as a site keeps, and some of the malloc's own.
        return withUnsafeTemporaryAllocation(of: UInt.self, capacity: 24) { buffer in
            let frames = buffer.baseAddress.unsafelyUnwrapped
            let count = state.pointee.hardening.helper.unwind?(frames, Int32(buffer.count)) ?? 0
            return GuardedSite(
                thread: pageheap_thread_identifier(),
                frames: UnsafeBufferPointer(start: frames, count: max(0, min(Int(count), buffer.count))))
        }
    }
}
