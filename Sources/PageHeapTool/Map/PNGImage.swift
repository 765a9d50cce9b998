/// A picture of few colours as a PNG file. Not compressed: that needs no library, and a heap of a GiB takes 200 KB.
struct PNGImage: Sendable {
    /// As 0xRRGGBB.
    let palette: [UInt32]
    let width: Int
    /// Rows of indices into the palette, each of the same width.
    let rows: [[UInt8]]

    func bytes() -> [UInt8] {
        var header = Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(rows.count))
        header += [8, 3, 0, 0, 0]  // 8 bits, indices; the usual compression and filter; not interlaced
        let colours = palette.flatMap { [UInt8($0 >> 16 & 255), UInt8($0 >> 8 & 255), UInt8($0 & 255)] }
        return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + Self.chunk("IHDR", header)
            + Self.chunk("PLTE", colours)
            + Self.chunk("IDAT", Self.stored(rows.flatMap { [0] + $0 })) + Self.chunk("IEND", [])
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(number >> (24 - $0 * 8) & 255) } }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        return bigEndian(UInt32(content.count)) + body + bigEndian(checksum(body))
    }

    /// A zlib stream of blocks that are stored as they are (RFC 1950, 1951).
    private static func stored(_ content: [UInt8]) -> [UInt8] {
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + 65535, content.count)
            let count = UInt16(end - start)
            stream.append(end == content.count ? 1 : 0)
            for word in [count, ~count] { stream += [UInt8(word & 255), UInt8(word >> 8)] }
            stream += content[start..<end]
            start = end
        } while start < content.count
        var (low, high) = (UInt32(1), UInt32(0))
        for byte in content {
            low = (low + UInt32(byte)) % 65521
            high = (high + low) % 65521
        }
        return stream + bigEndian(high << 16 | low)
    }

    private static let table: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xedb8_8320 }
    }

    /// The CRC of PNG (ISO 3309).
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8($0 & 255) ^ $1)] }
    }
}
