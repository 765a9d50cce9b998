import Glibc
import SystemPackage

/// The functions of an ELF file by address, from its section of symbols, or of dynamic symbols if it is stripped, and its
/// build identifier.
struct SymbolTable: Sendable {
    private struct Function {
        let address: UInt64
        let bytes: UInt64
        let name: String
    }

    private struct Segment {
        let offset: UInt64
        let bytes: UInt64
        let address: UInt64
    }

    private var functions: [Function] = []
    private var segments: [Segment] = []
    /// As hexadecimal digits; empty if it has none.
    private(set) var buildIdentifier = ""

    var hasFunctions: Bool { !functions.isEmpty }

    /// Reads a file. Returns nil if it cannot be read, is not the one that was mapped, or is damaged.
    ///
    /// - Parameter fileNumber: the number of the file in its file system, so that names do not come from another file that
    ///   has taken its place.
    init?(of path: FilePath, fileNumber: UInt64) {
        let descriptor = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) }
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, UInt64(status.st_ino) == fileNumber
        else { return nil }
        self.init { offset, count in
            guard offset <= UInt64(Int64.max) else { return [] }
            return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                filled = 0
                while filled < count {
                    let start = buffer.baseAddress.map { $0 + filled }
                    let got = pread(descriptor, start, count - filled, off_t(offset) + off_t(filled))
                    if got < 0 && errno == EINTR { continue }
                    if got <= 0 { break }
                    filled += got
                }
            }
        }
    }

    /// Sections above this size are no symbols: 512 MiB.
    private static let sectionLimit: UInt64 = 512 << 20

    /// Reads a file with a function that returns up to `count` bytes at `offset`.
    init?(reading read: (_ offset: UInt64, _ count: Int) -> [UInt8]) {
        let head = Bytes(read(0, 64))
        guard head.bytes.count == 64, head.bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]) else { return nil }
        let segmentTable = Self.table(head, at: 32, entry: 54, count: 56, least: 56, read)
        for start in segmentTable.starts {
            let bytes = segmentTable.bytes
            let (kind, offset, size) = (bytes.number(start, 4), bytes.number(start + 8, 8), bytes.number(start + 32, 8))
            if kind == Self.loadedSegment {
                segments.append(Segment(offset: offset, bytes: size, address: bytes.number(start + 16, 8)))
            } else if kind == Self.noteSegment, size <= 1 << 16 {
                note(Bytes(read(offset, Int(size))))
            }
        }
        let sections = Self.table(head, at: 40, entry: 58, count: 60, least: 64, read)
        for kind in [Self.symbols, Self.dynamicSymbols] where functions.isEmpty {
            for start in sections.starts where sections.bytes.number(start + 4, 4) == kind {
                let link = Int(sections.bytes.number(start + 40, 4))
                guard link < sections.starts.count else { return nil }
                let names = Self.section(sections.bytes, sections.starts[link], read)
                addFunctions(Self.section(sections.bytes, start, read), names)
            }
        }
        functions.sort { ($0.address, $0.bytes) < ($1.address, $1.bytes) }
    }

    /// Reads a table of the file: its place, the size of an entry and their number are in the file's header.
    private static func table(
        _ head: Bytes, at place: Int, entry: Int, count: Int, least: Int, _ read: (UInt64, Int) -> [UInt8]
    ) -> (bytes: Bytes, starts: [Int]) {
        let (size, count) = (Int(head.number(entry, 2)), Int(head.number(count, 2)))
        guard (least...4096).contains(size), count > 0 else { return (Bytes([]), []) }
        let bytes = read(head.number(place, 8), size * count)
        return (Bytes(bytes), (0..<bytes.count / size).map { $0 * size })
    }

    private static func section(_ table: Bytes, _ start: Int, _ read: (UInt64, Int) -> [UInt8]) -> Bytes {
        let size = table.number(start + 32, 8)
        return size > sectionLimit ? Bytes([]) : Bytes(read(table.number(start + 24, 8), Int(size)))
    }

    private mutating func addFunctions(_ symbols: Bytes, _ names: Bytes) {
        for start in stride(from: 0, to: symbols.bytes.count - 23, by: 24) {
            let kind = symbols.bytes[start + 4] & 15
            guard kind == Self.function || kind == Self.indirectFunction, symbols.number(start + 6, 2) != 0 else {
                continue
            }
            let name = names.text(Int(symbols.number(start, 4)))
            if name.isEmpty { continue }
            functions.append(
                Function(
                    address: symbols.number(start + 8, 8), bytes: symbols.number(start + 16, 8), name: name))
        }
    }

    /// Finds the build identifier among the notes of a segment.
    private mutating func note(_ notes: Bytes) {
        var start = 0
        while start + 12 <= notes.bytes.count, buildIdentifier.isEmpty {
            let nameBytes = Int(notes.number(start, 4))
            let bytes = Int(notes.number(start + 4, 4))
            let content = start + 12 + (nameBytes + 3) / 4 * 4
            guard content + bytes <= notes.bytes.count else { return }
            if notes.number(start + 8, 4) == Self.buildNote, notes.text(start + 12) == "GNU" {
                let digits = Array("0123456789abcdef")
                for byte in notes.bytes[content..<content + bytes] {
                    buildIdentifier.append(digits[Int(byte >> 4)])
                    buildIdentifier.append(digits[Int(byte & 15)])
                }
            }
            start = content + (bytes + 3) / 4 * 4
        }
    }

    /// The name of the function at a place in the file; nil if none is known there.
    func name(atFileOffset offset: UInt64) -> String? {
        guard let segment = segments.first(where: { $0.offset <= offset && offset - $0.offset < $0.bytes }) else {
            return nil
        }
        let address = segment.address &+ (offset - segment.offset)
        var (low, high) = (0, functions.count)
        while low < high {
            let middle = (low + high) / 2
            if functions[middle].address <= address { low = middle + 1 } else { high = middle }
        }
        // A function without a size, as hand-written code has it, goes to the next one.
        guard low > 0 else { return nil }
        let function = functions[low - 1]
        return function.bytes == 0 || address - function.address < function.bytes ? function.name : nil
    }

    private static let loadedSegment: UInt64 = 1  // PT_LOAD
    private static let noteSegment: UInt64 = 4  // PT_NOTE
    private static let symbols: UInt64 = 2  // SHT_SYMTAB
    private static let dynamicSymbols: UInt64 = 11  // SHT_DYNSYM
    private static let function: UInt8 = 2  // STT_FUNC
    private static let indirectFunction: UInt8 = 10  // STT_GNU_IFUNC
    private static let buildNote: UInt64 = 3  // NT_GNU_BUILD_ID

    /// Bytes of the file, of which nothing is read beyond the end.
    private struct Bytes {
        let bytes: [UInt8]

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// A little-endian number; 0 beyond the end.
        func number(_ offset: Int, _ size: Int) -> UInt64 {
            guard offset >= 0, offset <= bytes.count - size else { return 0 }
            var value: UInt64 = 0
            for index in (offset..<offset + size).reversed() { value = value << 8 | UInt64(bytes[index]) }
            return value
        }

        /// The text at an offset, to a NUL or the end.
        func text(_ offset: Int) -> String {
            guard offset >= 0, offset < bytes.count else { return "" }
            return String(decoding: bytes[offset...].prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
