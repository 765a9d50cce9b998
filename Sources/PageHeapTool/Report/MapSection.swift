/// The maps of a run in its report. Without scripts there are two pictures: of the heap at its largest, and of the last map. The script
/// makes one of them, with a slider for the time.
struct MapSection: Sendable {
    let maps: RunMaps

    /// Nil if there are no maps.
    init?(_ result: RunResult) {
        guard let maps = result.heapMaps, !maps.maps.isEmpty else { return nil }
        self.maps = maps
    }

    /// What the script draws.
    var data: MapData { MapData(maps) }

    func markup() -> String {
        let last = maps.maps.count - 1
        let fullest = maps.fullest ?? last
        let figures = (fullest == last ? [last] : [fullest, last]).map(figure)
        return """
            <section class="card maps" aria-label="Heap map">
            <h2>Heap map <span class="faint">what the pages of the largest heap are</span></h2>
            \(figures.joined(separator: "\n"))
            <p class="faint">\(Markup.escape(remark))</p>
            </section>
            """
    }

    private func figure(_ index: Int) -> String {
        let map = maps.maps[index]
        let process = maps.processes[map.process]
        let time = TimeText.describe(seconds: map.seconds)
        let label = "The heap of \(process.label) at \(time), \(map.held) without what was given back"
        let remark = index == maps.fullest ? ", the heap at its largest" : ""
        let which = "map \(index + 1) of \(maps.maps.count)\(remark)"
        return """
            <figure data-map="\(index)">
            <figcaption><strong>\(time)</strong> <span class="map-of">\(Markup.escape(process.label))</span> \
            <span class="faint"><span class="map-which">\(which)</span> · <span class="map-cell">\
            \(Markup.escape(process.cellText))</span></span></figcaption>
            \(MapPicture(process: process, map: map).markup(label: label))
            <ul class="map-legend">
            \(legend(map))
            </ul>
            </figure>
            """
    }

    private func legend(_ map: RunMap) -> String {
        let parts = PageState.ofTheHeap.reversed().map { state in
            "<li><span class=\"map-key m-\(state.key)\" aria-hidden=\"true\"></span>\(state.name) "
                + "<b data-bytes=\"\(state.key)\">\(map.bytes[state.key] ?? .zero)</b></li>"
        }
        return (parts + ["<li><span class=\"map-key m-absent\" aria-hidden=\"true\"></span>not the heap's</li>"])
            .joined(separator: "\n")
    }

    private var remark: String {
        "Addresses rise to the right and down; what is not next to each other begins a row. A cell of several pages has the "
            + "colour of what most of them are, the amounts count whole pages. The heap's own tables are not among the pages. A map's "
            + "time is that of the process's answer"
            + (maps.taken > maps.maps.count
                ? "; of \(KeyFigure.grouped(UInt64(maps.taken))) maps, \(maps.maps.count) are kept, spread over the run."
                : ".")
    }
}

extension RunMaps {
    /// The index of the map of the heap that kept the most; nil if there is none.
    var fullest: Int? { maps.indices.max { maps[$0].held < maps[$1].held } }
}

extension MappedProcess {
    /// As the curves of processes are called.
    var label: String { "\(name) \(processIdentifier)" }

    /// What a cell of the picture stands for.
    var cellText: String {
        pagesPerCell == 1 ? "a cell is a page of \(cellBytes)" : "a cell is \(cellBytes), \(pagesPerCell) pages"
    }
}
