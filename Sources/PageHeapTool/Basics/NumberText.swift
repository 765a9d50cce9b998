import Glibc

/// Formats fractional numbers, always with a point, whatever the user's language is.
enum NumberText {
    /// Formats a number with a fixed number of decimal places, such as `12.50`.
    static func fixed(_ value: Double, places: Int) -> String { formatted("%.*f", places, value) }

    /// Formats a number with at most so many significant digits and no needless zeros, such as `12.5`.
    static func significant(_ value: Double, digits: Int = 6) -> String { formatted("%.*g", digits, value) }

    private static func formatted(_ format: String, _ precision: Int, _ value: Double) -> String {
        // The largest number has 309 digits before the point.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            let length = withVaList([Int32(precision), value]) {
                vsnprintf(buffer.baseAddress, buffer.count, format, $0)
            }
            let text = buffer.prefix(min(max(Int(length), 0), buffer.count - 1))
            return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
