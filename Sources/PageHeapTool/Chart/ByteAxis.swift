/// An axis of memory that begins at zero. The distance between its marks is the smallest power of two, in bytes, that
/// needs at most six steps.
struct ByteAxis: Hashable, Sendable {
    /// The distance between two marks.
    let step: ByteCount
    /// The value of the top mark, which is not below any value shown.
    let top: ByteCount

    /// Creates an axis that covers the values up to a maximum.
    ///
    /// - Parameter largest: the maximum in bytes; clamped to 4 EiB.
    init(covering largest: Double) {
        let largest = min(largest, 0x1p62)
        var step: UInt64 = 1
        while Double(step) * 6 < largest, step < 1 << 60 { step *= 2 }
        self.step = ByteCount(step)
        top = ByteCount(UInt64(max((largest / Double(step)).rounded(.up), 1)) * step)
    }

    /// The values of the marks, from zero to the top.
    var marks: [ByteCount] {
        stride(from: 0, through: top.rawValue, by: UInt64.Stride(step.rawValue)).map { ByteCount($0) }
    }

    /// Returns the position of a value, from 0 at the bottom to 1 at the top; values outside are clamped.
    func position(of bytes: Double) -> Double {
        min(max(bytes / top.asDouble, 0), 1)
    }
}
