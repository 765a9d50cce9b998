/// How much of the heap's memory is physical. The heap itself does not know which pages the program has touched, so it
/// asks the system about one window of pages after another. The results for a window fit on the stack.
extension OperatingSystem where Self: ~Copyable {
    /// The physical memory of some ready ranges, in bytes. If the system does not say, all of their memory counts.
    ///
    /// Ranges of one chunk or one span, as releases have them, are asked about with one call.
    ///
    /// - Parameters:
    ///   - ranges: ranges of whole physical pages, between the lowest and the highest of which all memory is ready.
    ///   - count: the number of ranges, at least 1.
    ///   - physicalPage: the system's physical page.
    func residentBytes(of ranges: UnsafePointer<MemoryRange>, count: Int, physicalPage: ByteCount) -> ByteCount {
        var (start, end) = (ranges[0].address, ranges[0].end)
        for index in 1..<max(count, 1) {
            start = min(start, ranges[index].address)
            end = max(end, ranges[index].end)
        }
        let whole = MemoryRange(address: start, bytes: ByteCount(end &- start))
        if whole.bytes <= Self.window(physicalPage) {
            return residentBytes(of: ranges, count: count, in: whole, physicalPage)
        }
        var bytes: ByteCount = 0
        for index in 0..<count { bytes += residentBytes(of: ranges[index], physicalPage: physicalPage) }
        return bytes
    }

    /// The physical memory of a ready range of whole physical pages, in bytes. If the system does not say, all of its
    /// memory counts.
    func residentBytes(of range: MemoryRange, physicalPage: ByteCount) -> ByteCount {
        var bytes: ByteCount = 0
        var rest = range
        while rest.bytes != 0 {
            let piece = rest.removeFirst(Self.window(physicalPage))
            bytes += withUnsafePointer(to: piece) { residentBytes(of: $0, count: 1, in: piece, physicalPage) }
        }
        return bytes
    }

    /// Whether the system says which pages of a ready range have memory. It is asked about the first one.
    func saysWhatIsResident(at address: UInt, physicalPage: ByteCount) -> Bool {
        var page: UInt8 = 0
        return findResidentPages(address, physicalPage, in: &page)
    }

    /// The bytes that one call is asked about: as many as there is room for on the stack.
    private static func window(_ physicalPage: ByteCount) -> ByteCount { physicalPage * 1024 }

    /// The physical memory of ranges that all lie in one window.
    private func residentBytes(
        of ranges: UnsafePointer<MemoryRange>, count: Int, in window: MemoryRange, _ physicalPage: ByteCount
    ) -> ByteCount {
        // A literal, as in the size of a window: only then does Embedded Swift use the stack.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
            let pages = buffer.baseAddress.unsafelyUnwrapped
            let isKnown = findResidentPages(window.address, window.bytes, in: pages)
            var found: UInt = 0
            var unknown: ByteCount = 0
            for index in 0..<count {
                if !isKnown {
                    unknown += ranges[index].bytes
                    continue
                }
                let first = Int(bitPattern: (ranges[index].address &- window.address) / physicalPage.rawValue)
                let end = first &+ Int(bitPattern: ranges[index].bytes.rawValue / physicalPage.rawValue)
                for page in first..<end { found &+= UInt(pages[page] & 1) }
            }
            return physicalPage * found + unknown
        }
    }
}

/// What the system has said about 64 physical pages, for a pass over small ranges that lie close together. Asking about
/// each range would take half as long as releasing it.
///
/// Use it for a moment only: it does not notice pages that are touched meanwhile.
struct ResidentWindow {
    private var start: UInt = 0
    private var end: UInt = 0
    /// A bit for each physical page.
    private var residents: UInt64 = 0

    /// The physical memory of some ranges, in bytes; see ``OperatingSystem/residentBytes(of:count:physicalPage:)``.
    ///
    /// - Parameters:
    ///   - ranges: from the lowest to the highest, within 64 physical pages.
    ///   - count: the number of ranges, at least 1.
    mutating func residentBytes(
        of ranges: UnsafePointer<MemoryRange>, count: Int, physicalPage: ByteCount,
        using system: borrowing some OperatingSystem & ~Copyable
    ) -> ByteCount {
        let (first, last) = (ranges[0].address, ranges[count - 1].end)
        if first < start || last > end, !look(at: first, physicalPage, using: system) || last > end {
            return system.residentBytes(of: ranges, count: count, physicalPage: physicalPage)
        }
        var found: UInt = 0
        for index in 0..<count {
            let mask = BitOperations.mask(
                first: (ranges[index].address &- start) / physicalPage.rawValue,
                count: ranges[index].bytes.rawValue / physicalPage.rawValue)
            found += UInt(bitPattern: (residents & mask).nonzeroBitCount)
        }
        return physicalPage * found
    }

    /// Asks about the 64 physical pages from an address on.
    ///
    /// - Returns: false if the system does not say, perhaps because not all of them are accessible.
    private mutating func look(
        at address: UInt, _ physicalPage: ByteCount, using system: borrowing some OperatingSystem & ~Copyable
    ) -> Bool {
        end = 0
        let bytes = physicalPage * 64
        // A literal: only then does Embedded Swift use the stack.
        let answer = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer -> UInt64? in
            let pages = buffer.baseAddress.unsafelyUnwrapped
            guard system.findResidentPages(address, bytes, in: pages) else { return nil }
            var bits: UInt64 = 0
            for page in 0..<64 { bits |= UInt64(pages[page] & 1) &<< UInt64(page) }
            return bits
        }
        guard let answer else { return false }
        residents = answer
        start = address
        end = address &+ bytes.rawValue
        return true
    }
}

extension MemoryRange {
    /// The address behind the last byte.
    fileprivate var end: UInt { address &+ bytes.rawValue }

    /// Removes up to a number of bytes from the beginning, and returns them.
    fileprivate mutating func removeFirst(_ most: ByteCount) -> MemoryRange {
        let piece = MemoryRange(address: address, bytes: min(bytes, most))
        address &+= piece.bytes.rawValue
        bytes -= piece.bytes
        return piece
    }
}
