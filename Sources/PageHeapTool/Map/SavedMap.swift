/// A heap's map as it is saved: runs of equal pages.
struct SavedMap: Codable, Sendable {
    let program: String
    let process: Int32
    let pageBytes: Int
    let ranges: [Range]

    struct Range: Codable, Sendable {
        let address: UInt64
        /// How many pages, and the entry that all of them have: what they are in the low byte, as in `pageheap_control.h`, and
        /// how many 255ths of each are in use in the high byte.
        let runs: [[Int]]
    }

    init(_ map: HeapMap, program: String, process: Int32) {
        self.program = program
        self.process = process
        pageBytes = map.pageBytes
        ranges = map.ranges.map { range in
            var runs: [[Int]] = []
            for entry in range.entries {
                if runs.last?[1] == Int(entry) { runs[runs.count - 1][0] += 1 } else { runs.append([1, Int(entry)]) }
            }
            return Range(address: range.address, runs: runs)
        }
    }

    /// The most pages of a map that is read: a TiB of pages of 8 KiB. A damaged count must not fill the memory.
    private static let mostPages = 1 << 27

    /// The map.
    ///
    /// - Throws: an error that says what is wrong with it.
    func map() throws(ToolError) -> HeapMap {
        var left = Self.mostPages
        guard (1024...1 << 20).contains(pageBytes), pageBytes & (pageBytes - 1) == 0, ranges.count <= 64 else {
            throw ToolError(.noInput, "'pageBytes' or 'ranges' of the saved map is out of range")
        }
        var read: [HeapMap.Range] = []
        for (number, range) in ranges.enumerated() {
            var entries: [UInt16] = []
            for (place, run) in range.runs.enumerated() {
                guard run.count == 2, run[0] > 0, run[0] <= left, let entry = UInt16(exactly: run[1]) else {
                    throw ToolError(.noInput, "'ranges.[\(number)].runs.[\(place)]' of the saved map makes no sense")
                }
                left -= run[0]
                entries += Array(repeating: entry, count: run[0])
            }
            read.append(HeapMap.Range(address: range.address, entries: entries))
        }
        return HeapMap(pageBytes: pageBytes, ranges: read)
    }
}
