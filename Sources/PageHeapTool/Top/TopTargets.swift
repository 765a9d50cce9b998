import SystemPackage

/// The processes on this host that publish their figures and that may be looked at.
enum TopTargets {
    static func all() -> [ProcessSnapshot] {
        FileReading.names(in: "/proc").compactMap { Int32($0) }.sorted()
            .compactMap { try? ProcessSnapshot(of: $0) }
            .sorted { $0.resident > $1.resident }
    }

    /// Returns them as a table.
    static func table(_ snapshots: [ProcessSnapshot], style: TerminalStyle) -> String {
        let rows =
            [["process", "program", "resident", "in use", "released"]]
            + snapshots.map {
                [
                    "\($0.process)", CommandText.short([$0.name], limit: 30), "\($0.resident)",
                    "\($0.heap.bytes(\.in_use_bytes))", "\($0.heap.bytes(\.released_bytes))",
                ]
            }
        return TextColumns.lines(rows, left: [1]).enumerated().map { number, line in
            (number == 0 ? style.styled("  " + line, .bold) : "  " + line) + "\n"
        }.joined()
    }
}
