import CPageHeap
import Foundation
import PageHeapCore

/// The real memory that a simulated system gives to a heap's books.
enum RealMemory {
    /// Address space without access, aligned as the simulated machine's pages would be; nothing where the real system
    /// refuses.
    static func reserve(_ bytes: ByteCount, alignment: ByteCount) -> UnsafeMutableRawPointer? {
        let size = (bytes + alignment).rawValue
        guard let mapped = pageheap_map(size, Int32(PAGEHEAP_ACCESS_NONE)) else { return nil }
        // More was taken than asked, so that an aligned piece lies inside; the rest goes back.
        let start = ByteCount(UInt(bitPattern: mapped))
        let below = (start.roundedUp(to: alignment) - start).rawValue
        let memory = mapped + Int(below)
        if below > 0 { _ = pageheap_unmap(mapped, below) }
        _ = pageheap_unmap(memory + Int(bytes.rawValue), alignment.rawValue - below)
        return memory
    }

    /// Gives address space back; false if the real system refuses.
    static func cancel(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        pageheap_unmap(address, bytes.rawValue) == 0
    }

    static func makeAccessible(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> Bool {
        pageheap_protect(address, bytes.rawValue, Int32(PAGEHEAP_ACCESS_READ_WRITE)) == 0
    }

    /// How many bytes of a range are resident; looks at the range alone, whatever else the process does.
    static func residentBytes(_ address: UnsafeMutableRawPointer, _ bytes: ByteCount) -> ByteCount {
        let page = Int(pageheap_physical_page_bytes())
        let pages = (Int(bytes.rawValue) + page - 1) / page
        var states = [UInt8](repeating: 0, count: pages)
        guard mincore(address, Int(bytes.rawValue), &states) == 0 else { return 0 }
        return ByteCount(UInt(states.count { $0 & 1 != 0 } * page))
    }
}
