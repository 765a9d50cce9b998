import PageHeapFigures

/// A process's figures as a text table.
struct SnapshotText: Sendable {
    let snapshot: ProcessSnapshot
    let style: TerminalStyle

    func text() -> String {
        var rows = [("resident", "\(snapshot.resident)")]
        rows += Figure.all.map { figure in
            (Self.label(figure), snapshot.heap.value(figure).map { Self.text($0, of: figure) } ?? "none")
        }
        let labelWidth = rows.map(\.0.count).max() ?? 0
        let valueWidth = rows.map(\.1.count).max() ?? 0
        let lines = rows.map { label, value in
            let gap = String(repeating: " ", count: labelWidth - label.count + 3 + valueWidth - value.count)
            return "  \(label)\(gap)\(style.styled(value, .bold))"
        }
        let head = "\(CommandText.short([snapshot.name], limit: 40)), process \(snapshot.process)"
        return ([style.styled(head, .bold), ""] + lines).joined(separator: "\n") + "\n"
    }

    /// A figure's name without its unit, which its value has.
    private static func label(_ figure: Figure) -> String {
        figure.name.split(separator: "_").filter { !["bytes", "nanoseconds"].contains($0) }.joined(separator: " ")
    }

    /// The meanings of figures that are codes.
    private static let codes = [
        "caller_release": ["no", "for a time", "for good"],
        "memory_limit_origin": ["none", "a setting or a call", "the container", "the hard limit"],
    ]

    private static func text(_ value: UInt64, of figure: Figure) -> String {
        if let meanings = codes[figure.name], value < meanings.count { return meanings[Int(value)] }
        return switch figure.unit {
        case .bytes: "\(ByteCount(value))"
        case .nanoseconds: TimeText.describe(seconds: Double(value) * 1e-9)
        case .count: KeyFigure.grouped(value)
        }
    }
}
