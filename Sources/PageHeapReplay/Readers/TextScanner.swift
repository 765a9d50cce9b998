/// Takes a line of text apart: words, numbers, single bytes. Nothing is allocated.
struct TextScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var isAtEnd: Bool { position >= bytes.count }
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Skips blanks and tabs.
    mutating func skipBlanks() { while let byte = next, byte == 32 || byte == 9 { position += 1 } }

    /// Skips a byte. There is one.
    mutating func skip() { position += 1 }

    /// Takes a text, if it comes next.
    mutating func take(_ text: StaticString) -> Bool {
        guard bytes.count - position >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount where bytes[position + index] != text.utf8Start[index] { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Takes a decimal number. Nil, with nothing taken, if there is none or it is too large.
    mutating func decimal() -> UInt64? { number(base: 10) }

    /// Takes a hexadecimal number without a prefix.
    mutating func hexadecimal() -> UInt64? { number(base: 16) }

    /// Takes a number in C's notation for pointers and sizes: `0x1f`, `0`, `(nil)`.
    mutating func pointer() -> UInt64? {
        if take("(nil)") { return 0 }
        let start = position
        if take("0x") || take("0X") {
            if let value = hexadecimal() { return value }
            position = start
            return nil
        }
        return decimal()
    }

    /// Takes a word up to a byte, which is taken too. Returns its range; nil if the byte does not come.
    mutating func word(upTo byte: Unicode.Scalar) -> Range<Int>? {
        var end = position
        while end < bytes.count && bytes[end] != UInt8(ascii: byte) { end += 1 }
        guard end < bytes.count else { return nil }
        defer { position = end + 1 }
        return position..<end
    }

    /// Whether a range of the line is a given text.
    func isText(_ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where bytes[range.lowerBound + index] != text.utf8Start[index] { return false }
        return true
    }

    private mutating func number(base: UInt64) -> UInt64? {
        var value: UInt64 = 0
        var place = position
        while place < bytes.count {
            let byte = bytes[place]
            let digit: UInt64
            switch byte {
            case 48...57: digit = UInt64(byte - 48)
            case 97...102 where base == 16: digit = UInt64(byte - 87)
            case 65...70 where base == 16: digit = UInt64(byte - 55)
            default: digit = .max
            }
            if digit == .max { break }
            let (shifted, isTooLarge) = value.multipliedReportingOverflow(by: base)
            let (sum, overflows) = shifted.addingReportingOverflow(digit)
            if isTooLarge || overflows { return nil }
            value = sum
            place += 1
        }
        guard place > position else { return nil }
        position = place
        return value
    }
}
