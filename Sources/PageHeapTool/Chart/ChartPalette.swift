/// The chart's colours: blue, green, orange and violet of different lightness. They can be distinguished with most
/// kinds of colour blindness, and the curves also differ in how they are drawn (filled, filled, line, dashes).
struct ChartPalette: Hashable, Sendable {
    let background: String
    let border: String
    let grid: String
    let text: String
    let faintText: String
    let resident: String
    let inUse: String
    let retained: String
    let goal: String

    static let light = ChartPalette(
        background: "#ffffff", border: "#d9dee7", grid: "#e6eaf0", text: "#1c2433", faintText: "#5d6879",
        resident: "#2f6fde", inUse: "#0f9f7f", retained: "#d9660a", goal: "#8b46d6")

    static let dark = ChartPalette(
        background: "#151a23", border: "#2c3442", grid: "#262e3b", text: "#e8ecf3", faintText: "#97a3b6",
        resident: "#6ea3ff", inUse: "#3fd1ae", retained: "#ff9d4d", goal: "#bd8cff")

    /// The CSS rules. They use no variables, because some SVG viewers do not support them.
    var rules: String {
        """
        .ph-card{fill:\(background);stroke:\(border)}
        .ph-grid{stroke:\(grid)}.ph-axis{stroke:\(faintText)}
        .ph-text{fill:\(text)}.ph-faint{fill:\(faintText)}
        .ph-halo{stroke:\(background)}
        .ph-resident{stroke:\(resident)}.ph-resident-fill{fill:\(resident)}
        .ph-inUse{stroke:\(inUse)}.ph-inUse-fill{fill:\(inUse)}
        .ph-retained{stroke:\(retained)}.ph-retained-fill{fill:\(retained)}
        .ph-goal{stroke:\(goal)}.ph-goal-fill{fill:\(goal)}
        """
    }

    /// The style sheet of a chart: light, or dark if the reader's system is.
    static let styleSheet = """
        .ph-chart{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:13px}
        .ph-line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .ph-goal.ph-line{stroke-dasharray:6 5;stroke-width:1.75}.ph-retained.ph-line{stroke-width:1.75}
        .ph-area{stroke:none;fill-opacity:.16}.ph-inUse-fill.ph-area{fill-opacity:.30}
        .ph-grid{stroke-width:1}.ph-axis{stroke-width:1}
        .ph-halo{stroke-width:4;paint-order:stroke;stroke-linejoin:round}
        \(light.rules)
        @media (prefers-color-scheme:dark){
        \(dark.rules)
        }
        """
}
