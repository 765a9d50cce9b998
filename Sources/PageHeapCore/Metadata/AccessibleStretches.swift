/// What of a reserved range has been made accessible, as far as it is remembered: a few stretches. Growth goes on at the
/// ends of one, and needs no system call for what is covered. A stretch that had to be forgotten is made accessible again,
/// which changes nothing but the count.
struct AccessibleStretches {
    private struct Stretch {
        var start: UInt = 0
        var end: UInt = 0
    }

    private var stretches = InlineArray<4, Stretch>(repeating: Stretch())

    /// Makes the addresses `first ..< limit`, rounded out to physical pages, usable.
    ///
    /// - Returns: the bytes that this made accessible, or nothing if the system refuses.
    mutating func cover(
        _ first: UInt, _ limit: UInt, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        let physicalPage = system.physicalPageBytes
        let start = ByteCount(first).roundedDown(to: physicalPage).rawValue
        let end = ByteCount(limit).roundedUp(to: physicalPage).rawValue
        // The stretch that the range touches, else the shortest, which is forgotten.
        var place = 0
        for candidate in 0..<4 {
            let stretch = stretches[candidate]
            if start >= stretch.start && end <= stretch.end { return 0 }
            if stretch.end != 0 && start <= stretch.end && end >= stretch.start {
                place = candidate
                break
            }
            if stretch.end &- stretch.start < stretches[place].end &- stretches[place].start { place = candidate }
        }
        let old = stretches[place]
        let touches = old.end != 0 && start <= old.end && end >= old.start
        // Where the range continues the stretch, only what lies beyond it is new.
        let from = touches && start >= old.start ? old.end : start
        let to = touches && end <= old.end ? old.start : end
        guard let memory = UnsafeMutableRawPointer(bitPattern: from),
            system.makeMetadataAccessible(memory, ByteCount(to &- from))
        else { return nil }
        stretches[place] =
            touches ? Stretch(start: min(old.start, start), end: max(old.end, end)) : Stretch(start: start, end: end)
        return ByteCount(to &- from)
    }
}
