/// Hand-made headers of ELF files.
enum ELFImage {
    /// A 64-bit little-endian header with one entry for the loader or for notes, or without one.
    static func make(
        machine: UInt16 = 62, loader: String? = nil, shared: Bool = false, notes: [String] = []
    ) -> [UInt8] {
        func little<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        var image: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        image += little(UInt16(shared ? 3 : 2)) + little(machine) + little(UInt32(1)) + little(UInt64(0))
        image += little(UInt64(64)) + little(UInt64(0)) + little(UInt32(0)) + little(UInt16(64))
        image += little(UInt16(56)) + little(UInt16(1)) + little(UInt16(0)) + little(UInt16(0)) + little(UInt16(0))
        let name: [UInt8] = loader.map { Array($0.utf8) + [0] } ?? []
        let noteBytes = notes.flatMap { note in
            let padding = [UInt8](repeating: 0, count: 4 - note.utf8.count % 4)
            return little(UInt32(note.utf8.count + 1)) + little(UInt32(3)) + little(UInt32(1)) + Array(note.utf8)
                + padding
                + [1, 2, 3, 0]
        }
        let content = notes.isEmpty ? name : noteBytes
        image += little(UInt32(!notes.isEmpty ? 4 : loader == nil ? 1 : 3)) + little(UInt32(0)) + little(UInt64(120))
        image += [UInt8](repeating: 0, count: 16)
        image += little(UInt64(content.count)) + little(UInt64(content.count)) + little(UInt64(4))
        return image + content
    }
}
