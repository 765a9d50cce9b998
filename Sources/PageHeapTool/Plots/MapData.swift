/// The maps of a report, which the script reads from the page.
struct MapData: Encodable, Sendable {
    private struct Process: Encodable {
        let label: String
        /// What a cell stands for.
        let cell: String
        let columns: Int
        let rows: Int
        /// The cells of each range.
        let ranges: [Int]
    }

    private struct Map: Encodable {
        let seconds: Double
        let process: Int
        let bytes: [String: ByteCount]
        let cells: String
    }

    private let fullest: Int
    private let processes: [Process]
    private let maps: [Map]

    init(_ run: RunMaps) {
        fullest = run.fullest ?? 0
        processes = run.processes.map { process in
            let shape = MapShape(process)
            return Process(
                label: process.label, cell: process.cellText, columns: shape.columns, rows: shape.rows.count,
                ranges: process.ranges.map(\.cells))
        }
        maps = run.maps.map {
            Map(seconds: PlotData.rounded($0.seconds), process: $0.process, bytes: $0.bytes, cells: $0.cells)
        }
    }
}
