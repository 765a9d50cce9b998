// One empty span per list is kept for the next request, so that a class that is used up now and then does not allocate
// and free a span each time.
extension CentralFreeLists {
    /// Keeps an empty span, which is on no list, as the spare, unless there is one. The caller holds the list's lock.
    ///
    /// - Returns: whether the span was kept.
    func keepAsSpare(_ index: SpanIndex, _ list: CentralList) -> Bool {
        list.state.pointee.lock.assertHeld()
        guard list.state.pointee.spare == 0 else { return false }
        list.state.pointee.spare = UInt32(truncatingIfNeeded: index.rawValue)
        list.state.pointee.wasSpareSeen = false
        return true
    }

    /// Puts the spare on its list. The caller holds the list's lock.
    ///
    /// - Returns: whether there was a spare.
    func linkSpare(_ list: CentralList) -> Bool {
        list.state.pointee.lock.assertHeld()
        let spare = list.state.pointee.spare
        if spare == 0 { return false }
        list.state.pointee.spare = 0
        link(SpanIndex(UInt(spare)), list)
        return true
    }

    /// Returns spares to the heap: all of them, or those that were spares at the last call already. The caller holds no
    /// list's lock or later one.
    ///
    /// - Returns: whether a later call may return a spare that this call left.
    package func releaseSpares(regardless: Bool) -> Bool {
        var later = false
        shards.visitLists { list in
            let spare = list.withLock {
                let spare = list.state.pointee.spare
                if spare == 0 { return spare }
                if regardless || list.state.pointee.wasSpareSeen {
                    list.state.pointee.spare = 0
                    return spare
                }
                list.state.pointee.wasSpareSeen = true
                later = true
                return 0
            }
            if spare != 0 { release(SpanIndex(UInt(spare))) }
        }
        return later
    }
}
