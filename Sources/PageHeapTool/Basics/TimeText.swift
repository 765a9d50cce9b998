import FoundationEssentials

/// Formats durations and shares for people.
enum TimeText {
    /// Formats a duration, with up to three significant digits below two minutes and whole seconds above: `0.042 s`,
    /// `12.4 s`, `3 min 20 s`, `2 h 5 min`.
    static func describe(seconds: Double) -> String {
        // Damaged figures must not crash the tool.
        let seconds = min(seconds, 1e15)
        return switch seconds {
        case ..<0.0005: "0 s"
        case ..<9.995: "\(NumberText.fixed(seconds, places: seconds < 0.9995 ? 3 : 2)) s"
        case ..<119.95: "\(NumberText.fixed(seconds, places: 1)) s"
        case ..<7199.5: "\(Int(seconds.rounded()) / 60) min \(Int(seconds.rounded()) % 60) s"
        default: "\(Int(seconds.rounded()) / 3600) h \(Int(seconds.rounded()) % 3600 / 60) min"
        }
    }

    /// Formats a share in percent: `0.8 %`, `12 %`; `under 0.1 %` if it would round to 0.
    static func share(_ part: Double, of whole: Double) -> String {
        guard whole > 0, part > 0 else { return "0 %" }
        let percent = part / whole * 100
        if percent < 0.1 { return "under 0.1 %" }
        return "\(NumberText.fixed(percent, places: percent < 9.95 ? 1 : 0)) %"
    }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    /// The duration in whole nanoseconds.
    var inNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
