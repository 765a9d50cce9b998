/// The part of the address space that holds the first free page that a search has seen, as far as it has narrowed it.
struct FirstFreeWindow {
    private(set) var base = OffsetAddress.minimum
    /// The last byte.
    private var bound = OffsetAddress.maximum

    /// Takes a range in which something is free: a range inside the window narrows it, one outside says nothing new.
    ///
    /// - Returns: false where the range overlaps the window in part, which cannot be: ranges nest, level by level.
    @inline(__always)
    mutating func narrow(to address: OffsetAddress, size: ByteCount) -> Bool {
        let last = address + size - 1
        if address >= base && last <= bound {
            base = address
            bound = last
            return true
        }
        return last < base || bound < address
    }
}
