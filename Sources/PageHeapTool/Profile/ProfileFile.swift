/// The formats in which a profile is written, by the end of the file's name.
enum ProfileFormat: Hashable, Sendable {
    /// Protocol buffers as pprof reads them; compressed or not.
    case pprof(isWrapped: Bool)
    /// A line for each stack and one value, as flame graphs are made of.
    case folded(FoldedValue)

    /// Which value folded stacks have.
    enum FoldedValue: String, CaseIterable, Sendable {
        case inUse = "inuse"
        case pinned
        case allocated = "alloc"
    }

    /// Nil if the name says no format.
    init?(fileName name: String) {
        if name.hasSuffix(".pb.gz") {
            self = .pprof(isWrapped: true)
        } else if name.hasSuffix(".pb") {
            self = .pprof(isWrapped: false)
        } else if let end = [".folded", ".txt"].first(where: name.hasSuffix) {
            let rest = name.dropLast(end.count)
            self = .folded(FoldedValue.allCases.first { rest.hasSuffix(".\($0.rawValue)") } ?? .inUse)
        } else {
            return nil
        }
    }

    static let accepted =
        "a file that ends in .pb.gz or .pb (for pprof), or in .folded or .txt (folded stacks)"

    func bytes(of profile: HeapProfile) -> [UInt8] {
        switch self {
        case .folded(let value): return Array(FoldedStacks(profile: profile, value: value).text().utf8)
        case .pprof(let isWrapped):
            let bytes = PprofProfile(profile).bytes()
            return isWrapped ? StoredGzip.bytes(of: bytes) : bytes
        }
    }
}

/// Folded stacks: `process;outermost;…;innermost VALUE`, a line for each different stack, sorted.
struct FoldedStacks {
    let profile: HeapProfile
    let value: ProfileFormat.FoldedValue

    func text() -> String {
        var symbolizer = Symbolizer()
        var sums: [String: Double] = [:]
        for sample in profile.samples {
            let amount =
                switch value {
                case .inUse: sample.values.bytes
                case .pinned: sample.values.pinnedBytes
                case .allocated: sample.values.allocatedBytes
                }
            if amount < 0.5 { continue }
            let process = profile.processes[sample.process]
            var names = [profile.name(ofProcess: sample.process)]
            for frame in sample.frames.reversed() { names.append(symbolizer.text(of: frame, in: process)) }
            if sample.frames.isEmpty { names.append("(no stack)") }
            sums[names.map(Self.name).joined(separator: ";"), default: 0] += amount
        }
        return sums.sorted { $0.key < $1.key }.map { "\($0.key) \(UInt64(min($0.value, 0x1p62).rounded()))\n" }.joined()
    }

    /// A name without what separates names and lines.
    private static func name(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == ";" ? ":" : $0.value < 32 ? "?" : $0 }))
    }
}

/// A gzip file (RFC 1952) whose content is stored, not compressed: that needs no library.
enum StoredGzip {
    static func bytes(of content: [UInt8]) -> [UInt8] {
        var file: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        var start = 0
        repeat {
            let end = min(start + 65535, content.count)
            let count = UInt16(end - start)
            file.append(end == content.count ? 1 : 0)
            for word in [count, ~count] { file += [UInt8(word & 255), UInt8(word >> 8)] }
            file += content[start..<end]
            start = end
        } while start < content.count
        for number in [PNGImage.checksum(content), UInt32(truncatingIfNeeded: content.count)] {
            file += (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        }
        return file
    }
}
