/// A profile as pprof and what understands its files read it: the protocol buffer `perftools.profiles.Profile`.
///
/// Each process keeps its own mappings and addresses, so pprof can find names by itself where the command found none.
struct PprofProfile {
    private let profile: HeapProfile
    private var symbolizer = Symbolizer()
    private var strings = [""]
    private var stringIndices = ["": UInt64(0)]
    private var mappings: [Place: UInt64] = [:]
    private var locations: [Place: UInt64] = [:]
    private var functions: [String: UInt64] = [:]
    private var message = ProtocolBuffer()

    private struct Place: Hashable {
        let process: Int
        let address: UInt64
    }

    /// The values of a sample, in this order. The first four are those of other heap profiles.
    private static let values: [(name: String, unit: String, value: KeyPath<HeapProfile.Values, Double> & Sendable)] = [
        ("alloc_objects", "count", \.allocatedBlocks), ("alloc_space", "bytes", \.allocatedBytes),
        ("inuse_objects", "count", \.blocks), ("inuse_space", "bytes", \.bytes),
        ("pinned_space", "bytes", \.pinnedBytes),
    ]

    init(_ profile: HeapProfile) { self.profile = profile }

    /// The encoded profile.
    consuming func bytes() -> [UInt8] {
        for (name, unit, _) in Self.values {
            let type = valueType(name, unit)
            message.append(1, message: type)
        }
        for sample in profile.samples { append(sample) }
        message.append(11, message: valueType("space", "bytes"))
        message.append(12, profile.processes.map(\.meanBytes).max() ?? 0)
        message.append(14, string("inuse_space"))
        for text in strings { message.append(6, bytes: Array(text.utf8)) }
        return message.bytes
    }

    private mutating func string(_ text: String) -> UInt64 {
        if let index = stringIndices[text] { return index }
        let index = UInt64(strings.count)
        strings.append(text)
        stringIndices[text] = index
        return index
    }

    private mutating func valueType(_ name: String, _ unit: String) -> ProtocolBuffer {
        var type = ProtocolBuffer()
        type.append(1, string(name))
        type.append(2, string(unit))
        return type
    }

    private mutating func append(_ sample: HeapProfile.Sample) {
        var made = ProtocolBuffer()
        made.append(1, packed: sample.frames.map { location($0, sample.process) })
        made.append(
            2,
            packed: Self.values.map { UInt64(max(0, min(sample.values[keyPath: $0.value], 0x1p62)).rounded()) })
        var label = ProtocolBuffer()
        label.append(1, string("process"))
        label.append(2, string(profile.name(ofProcess: sample.process)))
        made.append(3, message: label)
        message.append(2, message: made)
    }

    private mutating func location(_ returnAddress: UInt64, _ process: Int) -> UInt64 {
        let place = Place(process: process, address: returnAddress)
        if let known = locations[place] { return known }
        let identifier = UInt64(locations.count + 1)
        locations[place] = identifier
        let raw = profile.processes[process]
        var made = ProtocolBuffer()
        made.append(1, identifier)
        if let mapping = raw.mapping(of: returnAddress &- 1) { made.append(2, self.mapping(mapping, process)) }
        made.append(3, returnAddress &- 1)
        if let name = symbolizer.name(of: returnAddress, in: raw) {
            var line = ProtocolBuffer()
            line.append(1, function(name))
            made.append(4, message: line)
        }
        message.append(4, message: made)
        return identifier
    }

    private mutating func mapping(_ mapping: RawProfile.Mapping, _ process: Int) -> UInt64 {
        let place = Place(process: process, address: mapping.start)
        if let known = mappings[place] { return known }
        let identifier = UInt64(mappings.count + 1)
        mappings[place] = identifier
        let table = symbolizer.table(of: mapping)
        var made = ProtocolBuffer()
        made.append(1, identifier)
        made.append(2, mapping.start)
        made.append(3, mapping.end)
        made.append(4, mapping.offset)
        made.append(5, string(mapping.path))
        made.append(6, string(table?.buildIdentifier ?? ""))
        // Says that names need not be looked for.
        if table?.hasFunctions == true { made.append(7, 1) }
        message.append(3, message: made)
        return identifier
    }

    private mutating func function(_ name: String) -> UInt64 {
        if let known = functions[name] { return known }
        let identifier = UInt64(functions.count + 1)
        functions[name] = identifier
        var made = ProtocolBuffer()
        made.append(1, identifier)
        made.append(2, string(name))
        made.append(3, string(name))
        message.append(5, message: made)
        return identifier
    }
}

/// A message of the protocol buffers' wire format, as it is put together.
struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    private static func variable(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// Appends a number, unless it is 0, which a reader takes for a field that is not there.
    mutating func append(_ field: UInt64, _ number: UInt64) {
        if number == 0 { return }
        bytes += Self.variable(field << 3) + Self.variable(number)
    }

    mutating func append(_ field: UInt64, bytes content: [UInt8]) {
        bytes += Self.variable(field << 3 | 2) + Self.variable(UInt64(content.count)) + content
    }

    mutating func append(_ field: UInt64, message: ProtocolBuffer) { append(field, bytes: message.bytes) }

    /// Appends a list of numbers.
    mutating func append(_ field: UInt64, packed numbers: [UInt64]) {
        append(field, bytes: numbers.flatMap(Self.variable))
    }
}
