import CPageHeap

/// One thread that is several in turn: a replay gives each thread of a trace a slot in memory, and puts that thread's cache into
/// its own slot for as long as it stands for it.
///
/// The drainer finds an owner's slot through the cache, so the cache is told where it is. Nothing may drain caches meanwhile.
extension ThreadSlot {
    /// A slot in memory, of a thread that has no cache yet.
    ///
    /// - Parameter memory: uninitialised memory, which the caller owns.
    package init(initializing memory: UnsafeMutablePointer<pageheap_thread_slot>) {
        let bytes = MemoryLayout.size(ofValue: memory.pointee)
        UnsafeMutableRawPointer(memory).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        slot = memory
        forgetThread()
    }

    /// A slot in memory that was initialised before.
    package init(at memory: UnsafeMutablePointer<pageheap_thread_slot>) { slot = memory }

    /// Moves the thread's cache, and whether it has had one, to another slot. This slot is then that of a new thread.
    ///
    /// - Parameter target: a slot whose thread is not at work.
    package func moveThread(to target: ThreadSlot) {
        target.slot.pointee.cache = slot.pointee.cache
        target.slot.pointee.state = slot.pointee.state
        target.slot.pointee.own_cache = slot.pointee.own_cache
        target.slot.pointee.bare_frees = slot.pointee.bare_frees
        if let cache = ownCache { cache.header.pointee.slot = target.slot }
        forgetThread()
    }

    private func forgetThread() {
        setCache(.empty)
        state = .new
        ownCache = nil
        forgetBareFrees()
    }
}
