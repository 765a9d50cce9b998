/// The largest stretch of a reserved range that has been made accessible: growth that goes on at its ends is the common
/// case, and needs no system call for what is covered already. Ranges elsewhere are made accessible again each time,
/// which changes nothing but the count.
struct AccessibleStretch {
    private var start: UInt = 0
    private var end: UInt = 0

    /// Makes the addresses `start ..< end`, rounded out to physical pages, usable.
    ///
    /// - Returns: the bytes that this made accessible, or nothing if the system refuses.
    mutating func cover(
        _ first: UInt, _ limit: UInt, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        let physicalPage = system.physicalPageBytes
        let newStart = ByteCount(first).roundedDown(to: physicalPage).rawValue
        let newEnd = ByteCount(limit).roundedUp(to: physicalPage).rawValue
        if newStart >= start && newEnd <= end { return 0 }
        let touches = end != 0 && newStart <= end && newEnd >= start
        // Where the range continues the stretch, only what lies beyond it is new.
        let from = touches && newStart >= start ? end : newStart
        let to = touches && newEnd <= end ? start : newEnd
        guard let memory = UnsafeMutableRawPointer(bitPattern: from),
            system.makeMetadataAccessible(memory, ByteCount(to &- from))
        else { return nil }
        if touches {
            start = min(start, newStart)
            end = max(end, newEnd)
        } else if newEnd &- newStart >= end &- start {
            start = newStart
            end = newEnd
        }
        return ByteCount(to &- from)
    }
}
