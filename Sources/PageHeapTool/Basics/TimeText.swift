import Foundation

/// Lengths of time as people read them.
enum TimeText {
    /// Three significant digits below two minutes, whole seconds above: `0.042 s`, `12.4 s`, `3 min 20 s`, `2 h 5 min`.
    static func describe(seconds: Double) -> String {
        switch seconds {
        case ..<0.0005: "0 s"
        case ..<9.995: "\(String(format: seconds < 0.9995 ? "%.3f" : "%.2f", seconds)) s"
        case ..<119.95: "\(String(format: "%.1f", seconds)) s"
        case ..<7199.5: "\(Int(seconds.rounded()) / 60) min \(Int(seconds.rounded()) % 60) s"
        default: "\(Int(seconds.rounded()) / 3600) h \(Int(seconds.rounded()) % 3600 / 60) min"
        }
    }

    /// A share in per cent: `0.8 %`, `12 %`; `under 0.1 %` where it would look like nothing.
    static func share(_ part: Double, of whole: Double) -> String {
        guard whole > 0, part > 0 else { return "0 %" }
        let percent = part / whole * 100
        if percent < 0.1 { return "under 0.1 %" }
        return "\(String(format: percent < 9.95 ? "%.1f" : "%.0f", percent)) %"
    }
}

extension Duration {
    /// The same length in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    /// The same length in whole nanoseconds.
    var inNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
