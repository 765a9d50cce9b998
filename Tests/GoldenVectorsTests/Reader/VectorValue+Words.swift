import PageHeapCore

extension VectorValue {
    /// A 64-bit word: 16 hexadecimal digits.
    var word: UInt64 {
        get throws {
            var digits = try text
            let value: UInt64? = digits.withUTF8 { bytes in
                guard bytes.count == 16 else { return nil }
                var word: UInt64 = 0
                for byte in bytes {
                    switch byte {
                    case 48...57: word = word << 4 | UInt64(byte - 48)
                    case 97...102: word = word << 4 | UInt64(byte - 87)
                    default: return nil
                    }
                }
                return word
            }
            guard let value else { throw damage("16 hexadecimal digits") }
            return value
        }
    }

    /// A double, by its bits.
    var double: Double {
        get throws { Double(bitPattern: try word) }
    }

    /// The bits of a chunk: eight words, or "0" or "f" for none and all.
    var bitmap: PageBitmap {
        get throws {
            var bitmap = PageBitmap()
            if let short = try? text {
                guard short == "0" || short == "f" else { throw damage("\"0\", \"f\" or 8 words") }
                bitmap.fill(short == "f")
                return bitmap
            }
            let words = try elements
            guard words.count == PageBitmap.wordCount else { throw damage("\"0\", \"f\" or 8 words") }
            for (index, value) in words.enumerated() { bitmap.setWord(index, to: try value.word) }
            return bitmap
        }
    }

    /// A page of a chunk.
    var page: PageIndex {
        get throws { PageIndex(UInt(try integer(in: 0...511))) }
    }

    /// A number of pages, at least one.
    func pages(atMost limit: Int) throws -> PageCount { PageCount(UInt(try integer(in: 1...limit))) }
}

extension UInt64 {
    /// 16 hexadecimal digits, as in the files.
    var digits: String {
        let short = String(self, radix: 16)
        return String(repeating: "0", count: 16 - short.count) + short
    }
}

extension PageBitmap {
    /// The eight words, as in the files.
    var digits: [String] { (0..<Self.wordCount).map { word($0).digits } }
}
