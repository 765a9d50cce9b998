/// Draws the axes of a chart with their marks.
struct ChartGrid: Sendable {
    let layout: ChartLayout

    var markup: String {
        let right = (layout.width - layout.right).asText
        let rows = layout.bytes.marks.map { mark in
            let y = layout.y(mark.asDouble)
            let line = mark == .zero ? "ph-axis" : "ph-grid"
            return """
                <line class="\(line)" x1="\(layout.left.asText)" y1="\(y.asText)" x2="\(right)" y2="\(y.asText)"/>\
                <text class="ph-faint" x="\((layout.left - 10).asText)" y="\((y + 4.5).asText)" \
                text-anchor="end">\(mark.axisLabel)</text>
                """
        }
        let columns = layout.time.marks.map { mark in
            let x = layout.x(mark)
            let floor = layout.floor
            return """
                <line class="ph-axis" x1="\(x.asText)" y1="\(floor.asText)" x2="\(x.asText)" y2="\((floor + 5).asText)"/>\
                <text class="ph-faint" x="\(x.asText)" y="\((floor + 22).asText)" \
                text-anchor="middle">\(layout.time.label(of: mark))</text>
                """
        }
        return (rows + columns).joined(separator: "\n")
    }
}
