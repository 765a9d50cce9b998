// One empty span a class is kept for the next request, so that a class that is now and then used up does not get and give
// back a span each time.
extension CentralSpans {
    /// Keeps an empty span, which is on no list, if there is none yet. The class lock is held.
    func keepAsSpare(_ index: SpanIndex, _ sizeClass: SizeClass) -> Bool {
        list(sizeClass).pointee.lock.assertHeld()
        guard lists.pointee[sizeClass.index].spare == 0 else { return false }
        lists.pointee[sizeClass.index].spare = UInt32(truncatingIfNeeded: index.rawValue)
        lists.pointee[sizeClass.index].wasSpareSeen = false
        return true
    }

    /// Puts the spare on its class's list, if there is one. The class lock is held.
    func linkSpare(_ sizeClass: SizeClass) -> Bool {
        list(sizeClass).pointee.lock.assertHeld()
        let spare = lists.pointee[sizeClass.index].spare
        if spare == 0 { return false }
        lists.pointee[sizeClass.index].spare = 0
        link(SpanIndex(UInt(spare)), sizeClass)
        return true
    }

    /// Gives spares back to the heap: all of them, or those that were spares at the last call already. No class lock is
    /// held.
    ///
    /// - Returns: whether a later call may give back one that this call left.
    package func releaseSpares(regardless: Bool) -> Bool {
        var later = false
        for number in 1..<SizeClass.count {
            lists.pointee[number].lock.lock()
            var spare: UInt32 = 0
            if lists.pointee[number].spare != 0 {
                if regardless || lists.pointee[number].wasSpareSeen {
                    spare = lists.pointee[number].spare
                    lists.pointee[number].spare = 0
                } else {
                    lists.pointee[number].wasSpareSeen = true
                    later = true
                }
            }
            lists.pointee[number].lock.unlock()
            if spare != 0 { release(SpanIndex(UInt(spare))) }
        }
        return later
    }
}
