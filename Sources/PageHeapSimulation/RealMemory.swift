import CPageHeap
import PageHeapCore

/// Real memory, which a simulated system provides for a heap's metadata.
enum RealMemory {
    /// Reserves address space without access, aligned to the simulated machine's pages. Returns nil if the real system
    /// refuses.
    static func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UnsafeMutableRawPointer? {
        let size = (bytes + alignment).rawValue
        guard let mapped = pageheap_map(size, Int32(PAGEHEAP_ACCESS_NONE)) else { return nil }
        // The mapping is larger than requested, so that an aligned range lies inside. Unmap the rest.
        let start = ByteCount(UInt(bitPattern: mapped))
        let below = (start.roundedUp(to: alignment) - start).rawValue
        let memory = mapped + Int(below)
        if below > 0 { _ = pageheap_unmap(mapped, below) }
        _ = pageheap_unmap(memory + Int(bytes.rawValue), alignment.rawValue - below)
        return memory
    }

    /// Unmaps address space. Returns false if the real system refuses.
    static func cancel(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        pageheap_unmap(address, bytes.rawValue) == 0
    }

    static func makeAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        pageheap_protect(address, bytes.rawValue, Int32(PAGEHEAP_ACCESS_READ_WRITE)) == 0
    }

    /// Returns how many bytes of a range are resident, regardless of other memory of the process.
    static func residentBytes(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> ByteCount {
        let page = Int(pageheap_physical_page_bytes())
        let pages = (Int(bytes.rawValue) + page - 1) / page
        var states = [UInt8](repeating: 0, count: pages)
        guard pageheap_find_resident_pages(address, bytes.rawValue, &states) else { return 0 }
        return ByteCount(UInt(states.count { $0 & 1 != 0 } * page))
    }
}
