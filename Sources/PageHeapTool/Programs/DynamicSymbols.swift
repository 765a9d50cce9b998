import Glibc
import SystemPackage

/// The names of the symbols that an ELF file defines for others, read from its section of dynamic symbols.
struct DynamicSymbols: Sendable {
    private let defined: Set<String>

    func defines(_ name: String) -> Bool { defined.contains(name) }

    /// Reads a file. Returns nil if it is not a 64-bit little-endian ELF file with section headers, or is damaged.
    init?(of path: FilePath) {
        guard let content = try? FileReading.bytes(of: path, limit: 1 << 30) else { return nil }
        self.init(content)
    }

    init?(_ content: [UInt8]) {
        guard content.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return nil }
        func number(_ offset: Int, _ size: Int) -> Int? {
            guard offset >= 0, offset <= content.count - size else { return nil }
            let value = content[offset..<offset + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int(exactly: value)
        }
        guard let table = number(40, 8), let entrySize = number(58, 2), let count = number(60, 2), entrySize >= 64,
            table <= content.count, count <= (content.count - table) / entrySize
        else { return nil }
        /// Returns the place of a section in the file, and the number of the section that it refers to.
        func section(_ index: Int) -> (kind: Int, range: Range<Int>, link: Int)? {
            let start = table + index * entrySize
            guard index < count, let kind = number(start + 4, 4), let offset = number(start + 24, 8),
                let size = number(start + 32, 8), let link = number(start + 40, 4),
                offset <= content.count, size <= content.count - offset
            else { return nil }
            return (kind, offset..<offset + size, link)
        }
        var defined: Set<String> = []
        for index in 0..<count {
            guard let symbols = section(index), symbols.kind == Self.dynamicSymbols else { continue }
            guard let names = section(symbols.link) else { return nil }
            for symbol in stride(from: symbols.range.lowerBound, to: symbols.range.upperBound - 23, by: 24) {
                guard let name = number(symbol, 4), let home = number(symbol + 6, 2), home != 0,
                    name < names.range.count
                else { continue }
                let text = content[(names.range.lowerBound + name)..<names.range.upperBound].prefix { $0 != 0 }
                defined.insert(String(decoding: text, as: UTF8.self))
            }
        }
        self.defined = defined
    }

    /// `SHT_DYNSYM`.
    private static let dynamicSymbols = 11
}
