import Glibc
import SystemPackage

/// What a process's mappings tell: whether it runs on PageHeap, and where its statistics page is.
struct ProcessMappings: Hashable, Sendable {
    /// Whether the malloc library is loaded.
    private(set) var hasLibrary = false
    /// The path of the process's statistics page, as the process sees it; nil if it has none. Only its own program can have
    /// mapped it: a page that an earlier process of this identifier left is not taken for it.
    private(set) var page: [UInt8]?
    /// The number of the page's file in its file system, by which it is known again wherever its path leads later.
    private(set) var pageFileNumber: UInt64?

    /// The bytes that are read at most. A mapping is some 100 bytes, and more than a million of them are no server's.
    private static let limit = 128 << 20
    /// No line is longer than twice a path's greatest length, in which every byte may be escaped, and some.
    private static let bufferSize = 1 << 16

    /// Reads `/proc/PID/maps`. Stops as soon as everything is known.
    ///
    /// - Parameter ownIdentifier: what the process knows itself by.
    /// - Throws: the reason why the mappings cannot be read.
    init(of file: String, ownIdentifier: Int32) throws(Errno) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        defer { close(descriptor) }
        let pageStart = Array("/\(ownIdentifier).".utf8)
        var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
        // What is in the buffer already: the beginning of a line.
        var kept = 0
        var total = 0
        while total < Self.limit, kept < buffer.count, !hasLibrary || page == nil {
            let count = buffer.withUnsafeMutableBytes { bytes in
                var count = 0
                repeat {
                    count = read(descriptor, bytes.baseAddress.map { $0 + kept }, bytes.count - kept)
                } while count < 0 && errno == EINTR
                return count
            }
            guard count >= 0 else { throw Errno(rawValue: errno) }
            if count == 0 { break }
            total += count
            kept = buffer.withUnsafeMutableBytes { bytes in
                let filled = UnsafeMutableRawBufferPointer(rebasing: bytes[..<(kept + count)])
                let rest = noteLines(UnsafeRawBufferPointer(filled), pageStart)
                if let start = filled.baseAddress, rest > 0 { memmove(start, start + filled.count - rest, rest) }
                return rest
            }
        }
    }

    /// Notes all whole lines. Returns how many bytes come after the last of them.
    private mutating func noteLines(_ text: UnsafeRawBufferPointer, _ pageStart: [UInt8]) -> Int {
        var rest = text[...]
        while let end = Self.index(of: UInt8(ascii: "\n"), in: rest) {
            note(rest[..<end], pageStart)
            rest = rest[(end + 1)...]
        }
        return rest.count
    }

    /// Notes one line. The kernel writes line ends in a path as `\012`.
    private mutating func note(_ line: Slice<UnsafeRawBufferPointer>, _ pageStart: [UInt8]) {
        guard let start = Self.index(of: UInt8(ascii: "/"), in: line) else { return }
        var slash = start
        while let next = Self.index(of: UInt8(ascii: "/"), in: line[(slash + 1)...]) { slash = next }
        let name = line[slash...]
        if name.dropFirst().starts(with: PreloadLibrary.nameStart.utf8) { hasLibrary = true }
        guard page == nil, name.starts(with: pageStart) else { return }
        let program = name.dropFirst(pageStart.count)
        let isNumber = !program.isEmpty && program.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        // Readers may map pages, too, but not to write.
        let isShared = line[..<start].split(separator: UInt8(ascii: " ")).dropFirst().first?.starts(with: "rw-s".utf8)
        guard isNumber, isShared == true else { return }
        page = Array(line[start...])
        // The fields before the path: addresses, access, offset, device, number of the file.
        let fields = line[..<start].split(separator: UInt8(ascii: " "))
        pageFileNumber = fields.count > 4 ? UInt64(String(decoding: fields[4], as: UTF8.self)) : nil
    }

    private static func index(of byte: UInt8, in text: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let start = text.base.baseAddress, !text.isEmpty,
            let found = memchr(start + text.startIndex, Int32(byte), text.count)
        else { return nil }
        return start.distance(to: UnsafeRawPointer(found))
    }
}
