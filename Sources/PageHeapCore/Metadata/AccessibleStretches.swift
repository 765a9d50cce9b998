/// What of a reserved range has been made accessible, as far as it is remembered: a few stretches. Growth goes on at the
/// ends of one, and needs no system call for what is covered. A stretch that had to be forgotten is made accessible again,
/// which changes nothing but the count.
package struct AccessibleStretches {
    private struct Stretch {
        var start: UInt = 0
        var end: UInt = 0
    }

    // Four fields, not an InlineArray: whoever reads a neighbour of that out of its owner copies the owner, at every step
    // of a search.
    private var first = Stretch()
    private var second = Stretch()
    private var third = Stretch()
    private var fourth = Stretch()

    package init() {}

    private subscript(place: Int) -> Stretch {
        get {
            switch place {
            case 0: first
            case 1: second
            case 2: third
            default: fourth
            }
        }
        set {
            switch place {
            case 0: first = newValue
            case 1: second = newValue
            case 2: third = newValue
            default: fourth = newValue
            }
        }
    }

    /// Makes the addresses `lowest ..< limit`, rounded out to physical pages, usable.
    ///
    /// - Returns: the bytes that this made accessible, or nothing if the system refuses.
    mutating func cover(
        _ lowest: UInt, _ limit: UInt, using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount? {
        let physicalPage = system.physicalPageBytes
        let start = ByteCount(lowest).roundedDown(to: physicalPage).rawValue
        let end = ByteCount(limit).roundedUp(to: physicalPage).rawValue
        // The stretch that the range touches, else the shortest, which is forgotten.
        var place = 0
        for candidate in 0..<4 {
            let stretch = self[candidate]
            if start >= stretch.start && end <= stretch.end { return 0 }
            if stretch.end != 0 && start <= stretch.end && end >= stretch.start {
                place = candidate
                break
            }
            if stretch.end &- stretch.start < self[place].end &- self[place].start { place = candidate }
        }
        let old = self[place]
        let touches = old.end != 0 && start <= old.end && end >= old.start
        // Where the range continues the stretch, only what lies beyond it is new.
        let from = touches && start >= old.start ? old.end : start
        let to = touches && end <= old.end ? old.start : end
        guard let memory = UnsafeMutableRawPointer(bitPattern: from),
            system.makeMetadataAccessible(memory, ByteCount(to &- from))
        else { return nil }
        self[place] =
            touches ? Stretch(start: min(old.start, start), end: max(old.end, end)) : Stretch(start: start, end: end)
        return ByteCount(to &- from)
    }
}
