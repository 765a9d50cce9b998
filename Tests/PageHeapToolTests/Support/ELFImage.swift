/// Hand-made headers of ELF files.
enum ELFImage {
    /// A 64-bit little-endian header with one entry for the loader, or without one.
    static func make(machine: UInt16 = 62, loader: String? = nil, shared: Bool = false) -> [UInt8] {
        func little<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        var image: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9)
        image += little(UInt16(shared ? 3 : 2)) + little(machine) + little(UInt32(1)) + little(UInt64(0))
        image += little(UInt64(64)) + little(UInt64(0)) + little(UInt32(0)) + little(UInt16(64))
        image += little(UInt16(56)) + little(UInt16(1)) + little(UInt16(0)) + little(UInt16(0)) + little(UInt16(0))
        let name: [UInt8] = loader.map { Array($0.utf8) + [0] } ?? []
        image += little(UInt32(loader == nil ? 1 : 3)) + little(UInt32(0)) + little(UInt64(120))
        image += [UInt8](repeating: 0, count: 16)
        image += little(UInt64(name.count)) + little(UInt64(name.count)) + little(UInt64(1))
        return image + name
    }
}
