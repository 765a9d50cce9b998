/// Checks whether a text is well-formed XML, as far as the tool writes it: elements that nest, quoted attributes, and
/// no stray special characters.
struct XMLCheck {
    func accepts(_ text: String) -> Bool {
        var open: [Substring] = []
        var rest = text[...]
        if rest.hasPrefix("<?xml"), let end = rest.firstRange(of: "?>") { rest = rest[end.upperBound...] }
        var roots = 0
        while let start = rest.firstIndex(of: "<") {
            guard isText(rest[..<start]), let end = rest[start...].firstIndex(of: ">") else { return false }
            var tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                guard open.popLast() == tag.dropFirst() else { return false }
                continue
            }
            let isEmpty = tag.hasSuffix("/")
            if isEmpty { tag = tag.dropLast() }
            guard isTag(tag) else { return false }
            if open.isEmpty { roots += 1 }
            if !isEmpty { open.append(tag.prefix { $0 != " " }) }
        }
        return open.isEmpty && roots == 1 && isText(rest)
    }

    /// Whether a tag is a name and attributes in double quotes.
    private func isTag(_ tag: Substring) -> Bool {
        let parts = tag.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count % 2 == 1, let name = parts.first?.prefix(while: { $0 != " " }), !name.isEmpty else {
            return false
        }
        return parts.indices.allSatisfy { index in
            if index % 2 == 1 { return isText(parts[index]) }
            return index == parts.count - 1 || parts[index].hasSuffix("=")
        }
    }

    /// Whether a text has no control characters, and every ampersand begins an entity.
    private func isText(_ text: Substring) -> Bool {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"]
        let isClean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }
        return isClean
            && text.indices.allSatisfy { index in
                text[index] != "&" || known.contains { text[index...].hasPrefix($0) }
            }
    }
}
