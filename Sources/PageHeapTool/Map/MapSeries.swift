/// A process whose heap may be mapped, as a sample saw it.
struct HeapHolder: Hashable, Sendable {
    let identity: ProcessIdentity
    let name: String
    /// What its heap has in use and retains, as far as it is resident.
    let held: ByteCount
}

/// A map that was taken in a run.
struct TakenMap: Hashable, Sendable {
    let process: ProcessIdentity
    let name: String
    /// The time after the program's start at which the process had answered.
    let seconds: Double
    let cells: MapCells
    /// What the heap kept.
    let held: ByteCount

    init(process: ProcessIdentity, name: String, seconds: Double, cells: MapCells) {
        self.process = process
        self.name = name
        self.seconds = seconds
        self.cells = cells
        held = cells.held
    }
}

/// The maps of a run in the order of time, in bounded memory however long the run is.
///
/// If there are too many, one goes whose neighbours are nearest to each other; never the first, the last or the one of the heap at its largest. So the
/// maps that are kept are spread over the run.
struct MapSeries: Sendable {
    static let usualCapacity = 48

    private let capacity: Int
    private(set) var maps: [TakenMap] = []
    /// How many were ever appended.
    private(set) var count = 0

    init(capacity: Int = Self.usualCapacity) {
        precondition(capacity >= 3)
        self.capacity = capacity
    }

    mutating func append(_ map: TakenMap) {
        count += 1
        maps.append(map)
        guard maps.count > capacity else { return }
        let fullest = fullest
        let inner = maps.indices.dropFirst().dropLast().filter { $0 != fullest }
        func gap(_ index: Int) -> Double { maps[index + 1].seconds - maps[index - 1].seconds }
        if let least = inner.min(by: { gap($0) < gap($1) }) { maps.remove(at: least) }
    }

    /// The index of the map of the heap that kept the most, the first one of equals; nil if there is no map.
    var fullest: Int? { maps.indices.max { maps[$0].held < maps[$1].held } }
}
