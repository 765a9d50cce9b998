/// Finds where a text stops being JSON, which the decoder does not say.
///
/// Checks the grammar of RFC 8259, but not that texts are UTF-8. Linear in the text's length.
struct JSONSyntax {
    /// How deep containers may be nested, as for the decoder.
    private static let mostDepth = 512

    private let text: [UInt8]
    private var place = 0

    private init(_ text: [UInt8]) { self.text = text }

    /// Returns the offset of the first byte that cannot be there, which is the text's length if the text ends too early; nil
    /// if the text is JSON.
    static func fault(in text: [UInt8]) -> Int? {
        var syntax = JSONSyntax(text)
        return syntax.takeAll() ? nil : min(syntax.place, text.count)
    }

    private var next: UInt8 { place < text.count ? text[place] : 0 }

    private mutating func takeAll() -> Bool {
        var containers: [UInt8] = []
        while true {
            skipBlanks()
            // A value, or the end of a container that has none.
            if next == UInt8(ascii: "{") || next == UInt8(ascii: "[") {
                if containers.count == Self.mostDepth { return false }
                containers.append(next)
                place += 1
                skipBlanks()
                guard next == Self.end(of: containers[containers.count - 1]) else {
                    if !takeKey(in: containers.last) { return false }
                    continue
                }
                place += 1
                containers.removeLast()
            } else if !takeScalar() {
                return false
            }
            // What may follow a value: ends of containers, then a comma or the end of the text.
            skipBlanks()
            while let container = containers.last, next == Self.end(of: container) {
                place += 1
                containers.removeLast()
                skipBlanks()
            }
            if containers.isEmpty { return place == text.count }
            if !take(",") { return false }
            skipBlanks()
            if !takeKey(in: containers.last) { return false }
        }
    }

    private static func end(of container: UInt8) -> UInt8 {
        container == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]")
    }

    private mutating func skipBlanks() {
        while [0x20, 0x09, 0x0a, 0x0d].contains(next) { place += 1 }
    }

    private mutating func take(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { bytes in
            for byte in bytes {
                if next != byte { return false }
                place += 1
            }
            return true
        }
    }

    /// Takes a key and the colon behind it. There is none in an array.
    private mutating func takeKey(in container: UInt8?) -> Bool {
        guard container == UInt8(ascii: "{") else { return true }
        guard takeString() else { return false }
        skipBlanks()
        return take(":")
    }

    private mutating func takeScalar() -> Bool {
        switch next {
        case UInt8(ascii: "\""): takeString()
        case UInt8(ascii: "t"): take("true")
        case UInt8(ascii: "f"): take("false")
        case UInt8(ascii: "n"): take("null")
        default: takeNumber()
        }
    }

    private mutating func takeString() -> Bool {
        guard take("\"") else { return false }
        while place < text.count, next >= 0x20 {
            if next == UInt8(ascii: "\"") {
                place += 1
                return true
            }
            if next == UInt8(ascii: "\\") {
                place += 1
                if next == UInt8(ascii: "u") {
                    place += 1
                    for _ in 0..<4 {
                        guard Character(UnicodeScalar(next)).isHexDigit else { return false }
                        place += 1
                    }
                    continue
                }
                guard "\"\\/bfnrt".utf8.contains(next) else { return false }
            }
            place += 1
        }
        return false
    }

    private mutating func takeNumber() -> Bool {
        if next == UInt8(ascii: "-") { place += 1 }
        if next == UInt8(ascii: "0") { place += 1 } else if !takeDigits() { return false }
        if next == UInt8(ascii: ".") {
            place += 1
            if !takeDigits() { return false }
        }
        guard next | 0x20 == UInt8(ascii: "e") else { return true }
        place += 1
        if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
        return takeDigits()
    }

    private mutating func takeDigits() -> Bool {
        let start = place
        while next >= UInt8(ascii: "0"), next <= UInt8(ascii: "9") { place += 1 }
        return place > start
    }
}
