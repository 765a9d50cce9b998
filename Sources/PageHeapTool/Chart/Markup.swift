import FoundationEssentials

/// Functions that format text and numbers for SVG and HTML.
enum Markup {
    /// Escapes text for an element or a quoted attribute. Control characters, which XML does not allow even if they are
    /// escaped, are replaced by U+FFFD.
    static func escape(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case "\u{0}"..<"\u{20}", "\u{7f}"..<"\u{a0}", "\u{fffe}", "\u{ffff}": escaped += "\u{fffd}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Formats a coordinate with at most two decimal places.
    static func number(_ value: Double) -> String {
        let hundredths = (value * 100).rounded() / 100
        return hundredths == hundredths.rounded() ? "\(Int(hundredths))" : NumberText.fixed(hundredths, places: 2)
    }
}

extension Double {
    /// The number as a coordinate in SVG.
    var asText: String { Markup.number(self) }
}
