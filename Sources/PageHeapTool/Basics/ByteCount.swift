import FoundationEssentials

/// An amount of memory in bytes.
struct ByteCount: RawRepresentable, Hashable, Comparable, Sendable {
    let rawValue: UInt64

    static let zero = ByteCount(0)

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    init(_ bytes: UInt64) {
        rawValue = bytes
    }

    /// Creates an amount of whole bytes, clamped to the range of the type: corrupt figures must not crash the tool.
    init(rounding bytes: Double) {
        rawValue = bytes >= 0x1p64 ? .max : bytes > 0 ? UInt64(bytes) : 0
    }

    static func < (left: ByteCount, right: ByteCount) -> Bool {
        left.rawValue < right.rawValue
    }

    /// Returns the sum. It saturates, so that corrupt figures cannot overflow it.
    static func + (left: ByteCount, right: ByteCount) -> ByteCount {
        let (sum, overflow) = left.rawValue.addingReportingOverflow(right.rawValue)
        return ByteCount(overflow ? .max : sum)
    }

    /// Returns the difference, or zero if it would be negative.
    static func - (left: ByteCount, right: ByteCount) -> ByteCount {
        ByteCount(left.rawValue > right.rawValue ? left.rawValue - right.rawValue : 0)
    }

    static func += (left: inout ByteCount, right: ByteCount) {
        left = left + right
    }

    var asDouble: Double { Double(rawValue) }
}

extension ByteCount: Codable {
    init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(UInt64.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

extension ByteCount: CustomStringConvertible {
    /// The amount for people, with three significant digits and a binary unit, such as `18.1 MiB`.
    var description: String {
        let (value, unit) = scaled
        if unit == "B" { return "\(rawValue) B" }
        let digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return "\(NumberText.fixed(value, places: digits)) \(unit)"
    }

    /// The amount for an axis, without needless digits, such as `64 MiB` or `1.5 GiB`.
    var axisLabel: String {
        if rawValue == 0 { return "0" }
        let (value, unit) = scaled
        return "\(NumberText.significant(value, digits: 4)) \(unit)"
    }

    private var scaled: (value: Double, unit: String) {
        var value = Double(rawValue)
        var unit = "B"
        for next in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] where value >= 1024 {
            value /= 1024
            unit = next
        }
        return (value, unit)
    }
}
