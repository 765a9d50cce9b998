/// The maps of a run, as `--json` writes them and as the report shows them.
///
/// All maps of a process have the same cells: those that any of them has, and so large that there are not too many.
struct RunMaps: Hashable, Sendable {
    /// How many maps were taken. If that is more than there are, the others were dropped to bound their number.
    var taken: Int
    /// Why there is no map, as far as that is known; null if there are maps.
    var failure: String?
    var processes: [MappedProcess]
    var maps: [RunMap]
}

extension RunMaps: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable { case taken, failure, processes, maps }

    /// Every key is always there.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(taken, forKey: .taken)
        try container.encode(failure, forKey: .failure)
        try container.encode(processes, forKey: .processes)
        try container.encode(maps, forKey: .maps)
    }
}

/// A process of which there are maps.
struct MappedProcess: Hashable, Codable, Sendable {
    /// Cells that follow one another.
    struct Range: Hashable, Codable, Sendable {
        let address: UInt64
        let cells: Int
    }

    let name: String
    let processIdentifier: Int32
    let pageBytes: Int
    let pagesPerCell: Int
    let ranges: [Range]

    var cellCount: Int { ranges.reduce(0) { $0 + $1.cells } }
    var cellBytes: ByteCount { ByteCount(UInt64(pagesPerCell * pageBytes)) }
}

/// A map at one time.
struct RunMap: Hashable, Codable, Sendable {
    let seconds: Double
    /// The index of the process.
    let process: Int
    /// How much of the heap is in each state that a page of it may have, by the state's key.
    let bytes: [String: ByteCount]
    /// The states of the process's cells: runs, each of a state's character and, if it is not 1, how many cells have it.
    let cells: String

    /// What the heap kept.
    var held: ByteCount {
        PageState.ofTheHeap.reduce(.zero) { $1 == .released ? $0 : $0 + (bytes[$1.key] ?? .zero) }
    }

    /// The states, written as runs.
    static func text(of states: [PageState]) -> String {
        var text = ""
        var start = 0
        while start < states.count {
            let end = states[start...].firstIndex { $0 != states[start] } ?? states.count
            text.append(states[start].character)
            if end - start > 1 { text += String(end - start) }
            start = end
        }
        return text
    }

    /// The states of the first `limit` cells.
    func states(limit: Int) -> [PageState] {
        var states: [PageState] = []
        var rest = cells[...]
        while let character = rest.popFirst(), states.count < limit {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let state = PageState.allCases.first { $0.character == character } ?? .absent
            states += Array(repeating: state, count: min(Int(digits) ?? 1, limit - states.count))
        }
        return states
    }
}

extension RunMaps {
    init(_ series: MapSeries, failure: String? = nil) {
        taken = series.count
        self.failure = failure
        processes = []
        maps = []
        var places: [ProcessIdentity: Int] = [:]
        var layouts: [MapLayout] = []
        for map in series.maps where places[map.process] == nil {
            places[map.process] = layouts.count
            let own = series.maps.filter { $0.process == map.process }
            let layout = MapLayout(own.map(\.cells))
            layouts.append(layout)
            // A process may change its name; the last one is what the curves have.
            processes.append(
                MappedProcess(
                    name: own.last?.name ?? map.name, processIdentifier: map.process.identifier,
                    pageBytes: map.cells.pageBytes, pagesPerCell: layout.pagesPerCell, ranges: layout.ranges))
        }
        for map in series.maps {
            guard let place = places[map.process] else { continue }
            let bytes = zip(PageState.allCases, map.cells.bytes).filter { $0.0 != .absent }.map { ($0.0.key, $0.1) }
            maps.append(
                RunMap(
                    seconds: map.seconds, process: place, bytes: Dictionary(uniqueKeysWithValues: bytes),
                    cells: RunMap.text(of: layouts[place].states(of: map.cells))))
        }
    }
}

/// The cells that several maps of a process have in common.
struct MapLayout: Hashable, Sendable {
    let pageBytes: Int
    let pagesPerCell: Int
    private let stretches: [Swift.Range<UInt64>]

    init(_ maps: [MapCells], limit: Int = MapCells.usualLimit) {
        pageBytes = maps.first?.pageBytes ?? 1
        var size = maps.map(\.pagesPerCell).max() ?? 1
        var joined = Self.union(maps, size)
        while joined.reduce(0, { $0 + $1.count }) > max(limit, joined.count) {
            size *= 2
            joined = Self.union(maps, size)
        }
        pagesPerCell = size
        stretches = joined
    }

    var ranges: [MappedProcess.Range] {
        stretches.map {
            MappedProcess.Range(address: $0.lowerBound * UInt64(pagesPerCell * pageBytes), cells: $0.count)
        }
    }

    /// The cells of any of the maps, in ascending order, if they are of a size.
    private static func union(_ maps: [MapCells], _ size: Int) -> [Swift.Range<UInt64>] {
        let all = maps.flatMap { map in
            map.stretches.map { stretch in
                let factor = UInt64(size / map.pagesPerCell)
                return stretch.first / factor..<(stretch.end + factor - 1) / factor
            }
        }
        return all.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { union, next in
            if let last = union.last, next.lowerBound <= last.upperBound {
                union[union.count - 1] = last.lowerBound..<max(last.upperBound, next.upperBound)
            } else {
                union.append(next)
            }
        }
    }

    /// The states of all cells in a map.
    func states(of map: MapCells) -> [PageState] {
        var map = map
        while map.pagesPerCell < pagesPerCell { map.join() }
        var counts = [MapCells.Counts](repeating: .zero, count: stretches.reduce(0) { $0 + $1.count })
        var start = 0
        for range in stretches {
            for stretch in map.stretches {
                for number in (stretch.first..<stretch.end).clamped(to: range) {
                    counts[start + Int(number - range.lowerBound)] &+= stretch.counts[Int(number - stretch.first)]
                }
            }
            start += range.count
        }
        return counts.map(MapCells.state)
    }
}
