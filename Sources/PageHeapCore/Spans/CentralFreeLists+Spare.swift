// One empty span per class is kept for the next request, so that a class that is used up now and then does not allocate
// and free a span each time.
extension CentralFreeLists {
    /// Keeps an empty span, which is on no list, as the spare, unless there is one. The caller holds the class lock.
    ///
    /// - Returns: whether the span was kept.
    func keepAsSpare(_ index: SpanIndex, _ sizeClass: SizeClass) -> Bool {
        list(sizeClass).pointee.lock.assertHeld()
        guard list(sizeClass).pointee.spare == 0 else { return false }
        list(sizeClass).pointee.spare = UInt32(truncatingIfNeeded: index.rawValue)
        list(sizeClass).pointee.wasSpareSeen = false
        return true
    }

    /// Puts the spare on its class's list. The caller holds the class lock.
    ///
    /// - Returns: whether there was a spare.
    func linkSpare(_ sizeClass: SizeClass) -> Bool {
        list(sizeClass).pointee.lock.assertHeld()
        let spare = list(sizeClass).pointee.spare
        if spare == 0 { return false }
        list(sizeClass).pointee.spare = 0
        link(SpanIndex(UInt(spare)), sizeClass)
        return true
    }

    /// Returns spares to the heap: all of them, or those that were spares at the last call already. The caller holds no
    /// class lock or later one.
    ///
    /// - Returns: whether a later call may return a spare that this call left.
    package func releaseSpares(regardless: Bool) -> Bool {
        var later = false
        for number in 1..<SizeClass.count {
            InPlace(lists)[number].pointee.lock.lock()
            var spare: UInt32 = 0
            if InPlace(lists)[number].pointee.spare != 0 {
                if regardless || InPlace(lists)[number].pointee.wasSpareSeen {
                    spare = InPlace(lists)[number].pointee.spare
                    InPlace(lists)[number].pointee.spare = 0
                } else {
                    InPlace(lists)[number].pointee.wasSpareSeen = true
                    later = true
                }
            }
            InPlace(lists)[number].pointee.lock.unlock()
            if spare != 0 { release(SpanIndex(UInt(spare))) }
        }
        return later
    }
}
