/// What a key asks of the live view.
enum TopKey: Hashable, Sendable {
    case quit, pause, release, sort, suspend, redraw, explain

    /// Returns what the keys of some input ask for. Unknown keys and escape sequences are skipped.
    static func keys(in bytes: [UInt8]) -> [TopKey] {
        var keys: [TopKey] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 3, 4, UInt8(ascii: "q"), UInt8(ascii: "Q"): keys.append(.quit)
            case UInt8(ascii: " "), UInt8(ascii: "p"): keys.append(.pause)
            case UInt8(ascii: "r"): keys.append(.release)
            case UInt8(ascii: "s"): keys.append(.sort)
            case UInt8(ascii: "h"), UInt8(ascii: "?"): keys.append(.explain)
            case 12: keys.append(.redraw)
            case 26: keys.append(.suspend)
            case 27:
                // A sequence such as that of an arrow key: up to its final letter.
                guard rest.first == UInt8(ascii: "[") || rest.first == UInt8(ascii: "O") else { break }
                rest.removeFirst()
                while let next = rest.popFirst(), !(0x40...0x7e).contains(next) {}
            default: break
            }
        }
        return keys
    }
}
