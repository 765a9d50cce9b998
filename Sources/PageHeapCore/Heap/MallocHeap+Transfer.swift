extension MallocHeap {
    /// Keeps the lowest blocks of a stack as a batch for whoever needs blocks of the class next; false where there are
    /// enough. The thread is busy with the cache.
    ///
    /// They leave the stack with the class's lock held: a fork finds them in one place.
    func transfer(from cache: ThreadCache, _ count: Int, _ sizeClass: SizeClass) -> Bool {
        let list = central.list(sizeClass)
        if list.pointee.transfers == nil && !makeTransfers(sizeClass) { return false }
        let bytes = UInt(classes[sizeClass].blockBytes)
        list.pointee.lock.lock()
        let isKept = list.pointee.transfers.map {
            TransferBatches.put($0, cache.blocks(sizeClass), count, limit: Tunables.transferBytesPerClass / bytes)
        }
        if isKept == true { cache.dropLowest(count, sizeClass) }
        list.pointee.lock.unlock()
        guard isKept == true else { return false }
        noteLive(UInt(bitPattern: count) &* bytes, sizeClass, out: false)
        heap.noteGiven(ByteCount(UInt(bitPattern: count) &* bytes))
        return true
    }

    /// Blocks that were given back in bulk.
    ///
    /// - Returns: how many, at most `room`.
    func takeTransferred(_ sizeClass: SizeClass, into target: UnsafeMutablePointer<UInt>, room: Int) -> Int {
        let list = central.list(sizeClass)
        // Looked at without the lock: once there, it stays.
        guard list.pointee.transfers != nil else { return 0 }
        list.pointee.lock.lock()
        let count = list.pointee.transfers.map { TransferBatches.take($0, into: target, room: room) } ?? 0
        list.pointee.lock.unlock()
        return count
    }

    /// Room for a class's batches, which lasts as long as the heap.
    private func makeTransfers(_ sizeClass: SizeClass) -> Bool {
        state.pointee.caches.lock.lock()
        let before = state.pointee.caches.metadataBytes
        let made = state.pointee.caches.makeTransfers(using: state.pointee.heap.system)
        let taken = state.pointee.caches.metadataBytes - before
        state.pointee.caches.lock.unlock()
        if taken != 0 { heap.noteMetadata(taken) }
        guard let made else { return false }
        let list = central.list(sizeClass)
        list.pointee.lock.lock()
        // Another thread may have been faster: then this room is lost, which happens in the first moments of a class only.
        if list.pointee.transfers == nil { list.pointee.transfers = made }
        list.pointee.lock.unlock()
        return true
    }

    /// Gives batches back to their spans: all, or those that were not needed since the last call.
    ///
    /// - Returns: whether a later call may give back more.
    func releaseTransfers(regardless: Bool) -> Bool {
        var holdsMore = false
        var batch = InlineArray<64, UInt>(repeating: 0)
        withUnsafeMutablePointer(to: &batch) { pointer in
            pointer.withMemoryRebound(to: UInt.self, capacity: TransferBatches.blockLimit) { blocks in
                for number in 1..<SizeClass.count {
                    let sizeClass = SizeClass(UInt8(number))
                    let list = central.list(sizeClass)
                    guard let transfers = list.pointee.transfers else { continue }
                    while true {
                        list.pointee.lock.lock()
                        let count = TransferBatches.takeIdle(transfers, into: blocks, regardless: regardless)
                        if count == 0 && transfers.pointee.count > 0 { holdsMore = true }
                        list.pointee.lock.unlock()
                        if count == 0 { break }
                        central.give(blocks, count, of: sizeClass)
                    }
                }
            }
        }
        return holdsMore
    }
}
