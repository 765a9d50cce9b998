/// The picture of a run's map in the report: an SVG of as many units as there are cells, whose colours the style sheet has. The
/// script draws into the same paths.
struct MapPicture: Sendable {
    let process: MappedProcess
    let map: RunMap

    /// The SVG.
    ///
    /// - Parameter label: a description for people who do not see it.
    func markup(label: String) -> String {
        let shape = MapShape(process)
        let paths = paths(shape)
        let elements = PageState.ofTheHeap.map { state in
            "<path class=\"m-\(state.key)\" data-state=\"\(state.character)\" d=\"\(paths[state] ?? "")\"/>"
        }
        return """
            <svg viewBox="0 0 \(shape.columns) \(shape.rows.count)" role="img" aria-label="\(Markup.escape(label))">\
            \(elements.joined())</svg>
            """
    }

    /// For each state, a rectangle around each run of its cells in a row.
    private func paths(_ shape: MapShape) -> [PageState: String] {
        var paths: [PageState: String] = [:]
        var states = map.states(limit: process.cellCount)[...]
        for (y, length) in shape.rows.enumerated() {
            let row = Array(states.prefix(length))
            states = states.dropFirst(length)
            var start = 0
            while start < row.count {
                let end = row[start...].firstIndex { $0 != row[start] } ?? row.count
                if row[start] != .absent {
                    paths[row[start], default: ""] += "M\(start) \(y)h\(end - start)v1H\(start)z"
                }
                start = end
            }
        }
        return paths
    }
}

/// How the cells of a process's maps lie in the picture.
struct MapShape: Hashable, Sendable {
    /// The number of cells in a row, chosen so that a picture is about half as high as it is wide.
    let columns: Int
    /// The rows' lengths: each range begins a row.
    let rows: [Int]

    init(_ process: MappedProcess) {
        let cells = process.cellCount
        let columns = cells <= 512 ? 32 : cells <= 2048 ? 64 : 128
        self.columns = columns
        rows = process.ranges.flatMap { range in
            stride(from: 0, to: range.cells, by: columns).map { min(columns, range.cells - $0) }
        }
    }
}
