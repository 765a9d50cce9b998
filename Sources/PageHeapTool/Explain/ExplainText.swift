/// The account of a process's memory as a text: a table of its parts, the size classes, and one sentence.
struct ExplainText: Sendable {
    let reading: MemoryReading.Result
    let style: TerminalStyle

    /// Size classes that are shown; the rest is summed up.
    private static let mostClasses = 8

    private var account: MemoryAccount { reading.account }

    func text() -> String {
        let name = CommandText.short([reading.snapshot.name], limit: 40)
        let head = "\(name), process \(reading.snapshot.process): \(account.resident) resident"
        var blocks = [style.styled(head, .bold), columns(partRows, left: [0, 3])]
        if !account.classes.isEmpty { blocks.append(columns(classRows, left: [0])) }
        blocks.append(wrapped(ExplainSentence(account).text))
        if !reading.isConsistent {
            blocks.append(
                wrapped(
                    "The parts do not add up to what the kernel counts: memory changed while it was counted, or, before "
                        + "Linux 6.7, the program has read pages that it never wrote, which cost nothing and look the same."
                ))
        }
        if let missing = reading.missing { blocks.append(wrapped("The heap's part is not divided: \(missing).")) }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private func wrapped(_ text: String) -> String {
        WrappedText.lines(text, width: max(style.width - 2, 20)).map { "  " + $0 }.joined(separator: "\n")
    }

    // MARK: The parts

    private var partRows: [[String]] {
        [["", "resident", "share", "what changes it"]]
            + account.parts.map { part in
                [part.name, "\(part.bytes)", share(part.bytes), remedy(part)]
            } + [["sum", "\(account.sum)", share(account.sum), ""]]
    }

    private func share(_ bytes: ByteCount) -> String {
        account.resident > .zero ? TimeText.share(bytes.asDouble, of: account.resident.asDouble) : "-"
    }

    private func remedy(_ part: MemoryPart) -> String {
        if part.kind == .other, account.books > .zero {
            return "the heap's own books (at most \(min(account.books, part.bytes))), stacks, mappings of the program"
        }
        return part.remedy ?? ""
    }

    // MARK: The size classes

    private var classRows: [[String]] {
        let rows = account.classes.prefix(Self.mostClasses).map { part in
            [
                part.blockBytes == .zero ? "large blocks" : "blocks of \(part.blockBytes)",
                KeyFigure.grouped(part.blocks), "\(part.usedBytes)", "\(part.cachedBytes)", "\(part.aroundBytes)",
            ]
        }
        let rest = account.classes.dropFirst(Self.mostClasses)
        let last =
            rest.isEmpty
            ? []
            : [
                [
                    "\(rest.count) other sizes", KeyFigure.grouped(rest.reduce(0) { $0 &+ $1.blocks }),
                    "\(rest.reduce(ByteCount.zero) { $0 + $1.usedBytes })",
                    "\(rest.reduce(ByteCount.zero) { $0 + $1.cachedBytes })",
                    "\(rest.reduce(ByteCount.zero) { $0 + $1.aroundBytes })",
                ]
            ]
        return [["size class", "blocks out", "resident", "cached", "free beside them"]] + rows + last
    }

    /// Lays rows out below their headings; `left` names the columns of text.
    private func columns(_ rows: [[String]], left: Set<Int>) -> String {
        TextColumns.lines(rows, left: left).enumerated().map { number, line in
            "  " + (number == 0 ? style.styled(line, .bold) : line)
        }.joined(separator: "\n")
    }
}
