/// What tells the series of one process from those of others.
struct ProcessLabels: Hashable, Sendable {
    /// The labels' names, in the order in which they are written. A label without a value is left out.
    static let names = ["pid", "process", "unit", "container", "pod", "user"]

    /// The text of all labels, without braces.
    let text: [UInt8]

    init(process: Int32, name: [UInt8], group: ControlGroup, user: String) {
        let values: [String?] = [
            "\(process)", String(decoding: name, as: UTF8.self), group.unit, group.container, group.pod, user,
        ]
        text = Self.text(zip(Self.names, values).compactMap { name, value in value.map { (name, $0) } })
    }

    /// Returns labels as text, with values in quotes, separated by commas.
    static func text(_ labels: [(String, String)]) -> [UInt8] {
        var text: [UInt8] = []
        for (name, value) in labels {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text += name.utf8
            text += "=\"".utf8
            // Byte by byte: what people see as one character may contain a quote or a line's end.
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): text += "\\\\".utf8
                case UInt8(ascii: "\""): text += "\\\"".utf8
                case UInt8(ascii: "\n"): text += "\\n".utf8
                default: text.append(byte)
                }
            }
            text.append(UInt8(ascii: "\""))
        }
        return text
    }
}
