/// A chart as a separate SVG file, with its own background and style.
struct ChartFile: Sendable {
    let layout: ChartLayout
    /// A description of the picture for screen readers; already escaped for an attribute.
    let description: String
    let style: String
    let content: String

    var text: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(layout.width.asText) \(layout.height.asText)" \
        width="\(layout.width.asText)" height="\(layout.height.asText)" class="ph-chart" role="img" \
        aria-label="\(description)">
        <style>
        \(style)
        </style>
        <rect class="ph-card" x="0.5" y="0.5" width="\((layout.width - 1).asText)" \
        height="\((layout.height - 1).asText)" rx="12"/>
        \(content)
        </svg>

        """
    }
}
