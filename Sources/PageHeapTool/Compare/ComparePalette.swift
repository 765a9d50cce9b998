/// The colours of the comparison's curves. They can be distinguished with most kinds of colour blindness, as far as
/// that is possible for eight colours. From the ninth curve on they repeat, with dashed lines.
enum ComparePalette {
    static let light = ["#2f6fde", "#5d6879", "#d9660a", "#0f9f7f", "#8b46d6", "#b88a00", "#d63384", "#7a4a2b"]
    static let dark = ["#6ea3ff", "#a9b4c4", "#ff9d4d", "#3fd1ae", "#bd8cff", "#e8c547", "#ff7ab8", "#c99a78"]

    /// Returns the CSS classes of a curve.
    static func classes(of index: Int) -> String {
        "ph-c\(index % light.count)\(index < light.count ? "" : " ph-again")"
    }

    /// Returns the classes of a curve in a report.
    static func plotClasses(of index: Int) -> String { "c\(index % light.count)\(index == 0 ? " first" : "")" }

    static let styleSheet = """
        \(ChartPalette.styleSheet)
        .ph-first{stroke-width:2.75}.ph-again{stroke-dasharray:6 5}
        \(rules(light))
        @media (prefers-color-scheme:dark){
        \(rules(dark))
        }
        """

    private static func rules(_ colours: [String]) -> String {
        colours.enumerated().map { index, colour in
            ".ph-c\(index).ph-line{stroke:\(colour)}.ph-c\(index).ph-dot{fill:\(colour)}"
        }.joined(separator: "\n")
    }
}
