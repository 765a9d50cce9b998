extension MallocHeap {
    /// Moves the lowest blocks of a stack to the class's transfer cache, in batches. The thread is marked busy with the
    /// cache. Takes the class's lock.
    ///
    /// The blocks leave the stack under the class's lock, so a fork finds them in one place.
    ///
    /// - Returns: the number of blocks moved: fewer than asked if the transfer cache is full or cannot be made.
    func transfer(from cache: ThreadCache, _ count: Int, _ sizeClass: SizeClass) -> Int {
        let list = central.list(sizeClass)
        if list.pointee.transfers == nil && !makeTransfers(sizeClass) { return 0 }
        let bytes = UInt(classes[sizeClass].blockBytes)
        let limit = Tunables.transferBytesPerClass / bytes
        list.pointee.lock.lock()
        var moved = 0
        if let transfers = list.pointee.transfers {
            let blocks = cache.blocks(sizeClass)
            while moved < count {
                let batch = min(count - moved, TransferCache.blockLimit)
                if !TransferCache.put(transfers, blocks + moved, batch, limit: limit) { break }
                moved += batch
            }
            if moved > 0 { cache.dropLowest(moved, sizeClass) }
        }
        list.pointee.lock.unlock()
        if moved > 0 {
            noteLive(UInt(bitPattern: moved) &* bytes, sizeClass, out: false)
            heap.noteGiven(ByteCount(UInt(bitPattern: moved) &* bytes))
        }
        return moved
    }

    /// Takes blocks from the class's transfer cache. Takes the class's lock.
    ///
    /// - Parameter room: the most blocks to take.
    /// - Returns: the number of blocks taken.
    func takeTransferred(_ sizeClass: SizeClass, into target: UnsafeMutablePointer<UInt>, room: Int) -> Int {
        let list = central.list(sizeClass)
        // Read without the lock: once made, a transfer cache stays.
        guard list.pointee.transfers != nil else { return 0 }
        list.pointee.lock.lock()
        let count = list.pointee.transfers.map { TransferCache.take($0, into: target, room: room) } ?? 0
        list.pointee.lock.unlock()
        return count
    }

    /// Creates a class's transfer cache, which lasts as long as the heap. Takes the registry lock, then the class's
    /// lock.
    ///
    /// - Returns: false if the system refuses memory.
    private func makeTransfers(_ sizeClass: SizeClass) -> Bool {
        state.pointee.caches.lock.lock()
        let before = state.pointee.caches.metadataBytes
        let made = state.pointee.caches.makeTransfers(using: heap.system)
        let taken = state.pointee.caches.metadataBytes - before
        state.pointee.caches.lock.unlock()
        if taken != 0 { heap.noteMetadata(taken) }
        guard let made else { return false }
        let list = central.list(sizeClass)
        list.pointee.lock.lock()
        // If another thread was faster, this memory is lost; that can only happen when a class is first used.
        if list.pointee.transfers == nil { list.pointee.transfers = made }
        list.pointee.lock.unlock()
        return true
    }

    /// Returns blocks from the transfer caches to their spans. Takes each class's lock.
    ///
    /// - Parameter regardless: whether to return all batches, or only those not needed since the last call.
    /// - Returns: whether a later call may return more.
    func releaseTransfers(regardless: Bool) -> Bool {
        var holdsMore = false
        var batch = InlineArray<64, UInt>(repeating: 0)
        withUnsafeMutablePointer(to: &batch) { pointer in
            pointer.withMemoryRebound(to: UInt.self, capacity: TransferCache.blockLimit) { blocks in
                for number in 1..<SizeClass.count {
                    let sizeClass = SizeClass(UInt8(number))
                    let list = central.list(sizeClass)
                    guard let transfers = list.pointee.transfers else { continue }
                    while true {
                        list.pointee.lock.lock()
                        let count = TransferCache.takeIdle(transfers, into: blocks, regardless: regardless)
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
