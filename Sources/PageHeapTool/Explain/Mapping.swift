/// A mapping of a process, as `/proc/PID/smaps` tells of it.
struct Mapping: Hashable, Sendable {
    let start: UInt64
    let end: UInt64
    /// The mapped file, or a name in brackets; empty for anonymous memory.
    let name: String
    let isExecutable: Bool
    let isShared: Bool
    /// Physical memory in it.
    var resident = ByteCount.zero

    /// Parses the content of `smaps`. Lines that make no sense are skipped: the process may be changing.
    static func parse(_ smaps: String) -> [Mapping] {
        var mappings: [Mapping] = []
        for line in smaps.utf8.split(separator: UInt8(ascii: "\n")) {
            let text = Substring(line)
            if let mapping = Mapping(head: text) {
                mappings.append(mapping)
            } else if let last = mappings.indices.last {
                mappings[last].take(field: text)
            }
        }
        return mappings
    }

    /// Parses a line such as `7f00-7f10 rw-p 00000000 08:01 123   /usr/lib/x`. Nil if it is a line about the last mapping.
    private init?(head line: Substring) {
        let parts = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        guard parts.count >= 5, let dash = parts[0].firstIndex(of: "-"),
            let start = UInt64(parts[0][..<dash], radix: 16),
            let end = UInt64(parts[0][parts[0].index(after: dash)...], radix: 16), end >= start, parts[1].count == 4
        else { return nil }
        self.start = start
        self.end = end
        isExecutable = parts[1].contains("x")
        isShared = parts[1].hasSuffix("s")
        name = parts.count > 5 ? parts[5].drop { $0 == " " }.description : ""
    }

    private mutating func take(field line: Substring) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 3, parts[0] == "Rss:", parts[2] == "kB", let kibibytes = UInt64(parts[1]),
            kibibytes < 1 << 50
        else { return }
        resident = ByteCount(kibibytes << 10)
    }
}
