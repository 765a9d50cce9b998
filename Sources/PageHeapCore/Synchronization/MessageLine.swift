import CPageHeap

/// A line of text that is assembled without allocating. What does not fit 1,024 bytes is cut.
package struct MessageLine {
    private var bytes: InlineArray<1024, UInt8> = InlineArray(repeating: 0)
    private var count = 0

    package init() {}

    package mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { buffer in
            for byte in buffer { append(byte: byte) }
        }
    }

    /// Appends a C string, at most `limit` bytes of it. What would end the line, or steer a terminal, becomes a question mark: the text
    /// may be a stranger's.
    package mutating func append(_ text: UnsafePointer<CChar>, upTo limit: Int) {
        var index = 0
        while index < limit && text[index] != 0 {
            let byte = UInt8(bitPattern: text[index])
            append(byte: byte < 32 || byte == 127 ? 63 : byte)
            index += 1
        }
    }

    package mutating func append(byte: UInt8) {
        guard count < 1023 else { return }  // room for the newline
        bytes[count] = byte
        count += 1
    }

    package mutating func append(decimal number: UInt) { append(number, base: 10) }

    package mutating func append(hexadecimal number: UInt) { append(number, base: 16) }

    package mutating func append(address: UInt) {
        append("0x")
        append(hexadecimal: address)
    }

    private mutating func append(_ number: UInt, base: UInt) {
        if number >= base { append(number / base, base: base) }
        let digit = UInt8(truncatingIfNeeded: number % base)
        append(byte: digit < 10 ? 48 + digit : 87 + digit)
    }

    /// Writes the line and a newline in one call, so that lines of several threads do not mix.
    package mutating func writeToStandardError() {
        bytes[count] = 10
        count += 1
        withText { text in
            guard let base = text.baseAddress else { return }
            // If nobody can read it, there is nobody to tell.
            _ = pageheap_write(2, base, UInt(bitPattern: text.count))
        }
        count -= 1
    }

    /// Calls `body` with the bytes of the line, without the newline.
    package mutating func withText(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeBytes(of: &bytes) { body(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
    }
}
