import FoundationEssentials

/// JSON as the tool writes it everywhere: sorted keys, one value per line, and a line's end after it.
enum JSONText {
    /// - Parameter kind: the kind of document that it is, which must be recognized later.
    static func bytes(of value: some Encodable, _ kind: SavedKind) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
        assert(SavedKind.kinds(of: text) == [kind], "this is not recognized as \(kind)")
        return text
    }
}
