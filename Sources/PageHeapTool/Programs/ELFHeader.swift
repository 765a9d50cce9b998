import Glibc
import SystemPackage

/// The part of an ELF file's headers that decides what the file can be loaded with.
struct ELFHeader: Hashable, Sendable {
    /// The size of an address in bits, 32 or 64.
    let addressBits: Int
    let isLittleEndian: Bool
    /// The ELF number of the processor architecture.
    let machine: UInt16
    /// The loader that the kernel starts for the program; nil for static programs and most shared libraries.
    let loader: String?
    /// Whether the file contains the malloc library: is the library, or a program that is linked with it statically.
    let containsPageHeap: Bool
    /// Whether the file may be loaded at any address, as libraries and most programs.
    private let isPositionIndependent: Bool
    /// Whether the file is marked as a program.
    private let isMarkedAsProgram: Bool

    /// Whether the file is a shared library. Some can be executed, too, and have a loader.
    var isSharedObject: Bool { isPositionIndependent && !isMarkedAsProgram }

    /// Whether the code of either file can be loaded into a process of the other.
    func matches(_ other: ELFHeader) -> Bool {
        addressBits == other.addressBits && isLittleEndian == other.isLittleEndian && machine == other.machine
    }

    /// The platform's name, such as `64-bit x86-64`.
    var platform: String {
        let names: [UInt16: String] = [
            3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC 64", 22: "S/390", 40: "Arm", 62: "x86-64",
            183: "AArch64", 243: "RISC-V", 258: "LoongArch",
        ]
        return "\(addressBits)-bit \(names[machine] ?? "machine \(machine)")"
    }

    /// Reads the headers of a file. Returns nil if it is not an ELF file, or is damaged.
    init?(of path: FilePath) throws(Errno) {
        let descriptor = path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        defer { Glibc.close(descriptor) }
        self.init { offset, count in
            var bytes = [UInt8](repeating: 0, count: count)
            guard offset <= UInt64(Int64.max) else { return [] }
            let got = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
            return Array(bytes.prefix(max(got, 0)))
        }
    }

    /// Reads the headers with a function that returns up to `count` bytes at `offset`.
    init?(reading read: (_ offset: UInt64, _ count: Int) -> [UInt8]) {
        let identification = read(0, 64)
        guard identification.starts(with: [0x7f, 0x45, 0x4c, 0x46]), identification.count >= 52,
            identification[4] == 1 || identification[4] == 2
        else { return nil }
        let wide = identification[4] == 2
        guard identification.count >= (wide ? 64 : 52) else { return nil }
        let little = identification[5] != 2
        func number(_ bytes: [UInt8], at offset: Int, size: Int) -> UInt64 {
            guard offset + size <= bytes.count else { return 0 }
            let field = bytes[offset..<offset + size]
            return (little ? Array(field.reversed()) : Array(field)).reduce(0) { $0 << 8 | UInt64($1) }
        }
        addressBits = wide ? 64 : 32
        isLittleEndian = little
        machine = UInt16(number(identification, at: 18, size: 2))
        isPositionIndependent = number(identification, at: 16, size: 2) == 3
        let tableOffset = number(identification, at: wide ? 32 : 28, size: wide ? 8 : 4)
        let entrySize = Int(number(identification, at: wide ? 54 : 42, size: 2))
        let entryCount = Int(number(identification, at: wide ? 56 : 44, size: 2))
        guard entrySize >= (wide ? 56 : 32) else {
            loader = nil
            containsPageHeap = false
            isMarkedAsProgram = false
            return
        }
        let table = read(tableOffset, entrySize * entryCount)
        guard table.count == entrySize * entryCount else { return nil }
        var found: String?
        var isMarked = false
        var hasNote = false
        for start in stride(from: 0, to: table.count - entrySize + 1, by: entrySize) {
            let kind = number(table, at: start, size: 4)
            let offset = number(table, at: start + (wide ? 8 : 4), size: wide ? 8 : 4)
            let size = number(table, at: start + (wide ? 32 : 16), size: wide ? 8 : 4)
            if kind == Self.loadedSegment, size > 0 {
                // A process that touches what the file has lost is killed.
                let (end, overflows) = offset.addingReportingOverflow(size)
                if overflows || read(end - 1, 1).isEmpty { return nil }
            }
            if kind == Self.dynamicSegment {
                let word = wide ? 8 : 4
                let section = read(offset, Int(min(size, 1 << 16)))
                for entry in stride(from: 0, to: max(section.count - 2 * word + 1, 0), by: 2 * word)
                where number(section, at: entry, size: word) == Self.flagsEntry {
                    isMarked = number(section, at: entry + word, size: word) & Self.programFlag != 0
                }
            }
            if kind == Self.noteSegment {
                let notes = read(offset, Int(min(size, 1 << 16)))
                let alignment = number(table, at: start + (wide ? 48 : 28), size: wide ? 8 : 4)
                if Self.haveLibrarysNote(notes, alignment: alignment, { Int(number(notes, at: $0, size: 4)) }) {
                    hasNote = true
                }
            }
            guard kind == Self.loaderSegment else { continue }
            let name = read(offset, Int(min(size, 4096)))
            guard let end = name.firstIndex(of: 0) else { return nil }
            found = String(decoding: name[..<end], as: UTF8.self)
        }
        loader = found
        containsPageHeap = hasNote
        isMarkedAsProgram = isMarked
    }

    /// Whether notes, as in a segment, are those of a file that contains the library.
    /// - Parameter number: reads a number at an offset.
    private static func haveLibrarysNote(_ notes: [UInt8], alignment: UInt64, _ number: (Int) -> Int) -> Bool {
        // Each note has the lengths of its name and of its description, a kind, the name and the description.
        let alignment = alignment == 8 ? 8 : 4
        func aligned(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }
        var place = 0
        while place + 12 <= notes.count {
            let nameEnd = place + 12 + number(place)
            if nameEnd <= notes.count, notes[(place + 12)..<nameEnd].elementsEqual(noteName) { return true }
            place = aligned(aligned(nameEnd) + number(place + 4))
        }
        return false
    }

    /// `PT_LOAD`: a segment that is mapped from the file.
    private static let loadedSegment: UInt64 = 1
    /// `PT_DYNAMIC`: the segment with `DT_FLAGS_1`, in which `DF_1_PIE` marks a program.
    private static let dynamicSegment: UInt64 = 2
    private static let flagsEntry: UInt64 = 0x6fff_fffb
    private static let programFlag: UInt64 = 0x0800_0000
    /// `PT_NOTE`: a segment with notes, among them the library's (`entry_points.c`).
    private static let noteSegment: UInt64 = 4
    private static let noteName = Array("PageHeap\0".utf8)
    /// `PT_INTERP`: the segment that names the loader.
    private static let loaderSegment: UInt64 = 3
}
