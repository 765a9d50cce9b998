/// Findings as text: problems and notes stand out.
struct FindingsText: Sendable {
    let findings: [Finding]
    let style: TerminalStyle

    func text() -> String {
        let width = findings.map(\.topic.count).max() ?? 0
        let indentation = width + 4
        return findings.map { finding in
            let gap = String(repeating: " ", count: width - finding.topic.count + 2)
            let mark = finding.verdict == .good ? "" : "\(finding.verdict.rawValue): "
            let lines = WrappedText.lines(mark + finding.sentence, width: max(style.width - indentation, 20))
            let shown = lines.map { finding.verdict == .good ? $0 : style.styled($0, .warning) }
            return "  \(finding.topic)\(gap)"
                + shown.joined(separator: "\n" + String(repeating: " ", count: indentation))
                + "\n"
        }.joined()
    }
}
