import CPageHeap
import Foundation

/// The number of the process's mappings in the region where heaps and their metadata lie, which is far from all others;
/// nil if they lie anywhere, as under the thread sanitizer.
///
/// For a process in which no other test makes heaps.
func heapMappings() throws -> Int? {
    #if os(Linux)
        guard pageheap_chooses_addresses() else { return nil }
        return try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).split(separator: "\n").count { line in
            let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 && ends[0] >= 16 << 40 && ends[1] <= 84 << 40
        }
    #else
        return nil
    #endif
}
