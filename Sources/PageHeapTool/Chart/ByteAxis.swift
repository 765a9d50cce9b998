/// An axis of memory from zero, with a mark at every power of two of bytes that gives three to six marks.
struct ByteAxis: Hashable, Sendable {
    /// Between two marks, in bytes.
    let step: ByteCount
    /// The value of the topmost mark, at or above all that is shown.
    let top: ByteCount

    /// - Parameter largest: in bytes; what no machine has is cut off.
    init(covering largest: Double) {
        let largest = min(largest, 0x1p62)
        var step: UInt64 = 1
        while Double(step) * 6 < largest, step < 1 << 60 { step *= 2 }
        self.step = ByteCount(step)
        top = ByteCount(UInt64(max((largest / Double(step)).rounded(.up), 1)) * step)
    }

    /// From zero to the top.
    var marks: [ByteCount] {
        stride(from: 0, through: top.rawValue, by: UInt64.Stride(step.rawValue)).map { ByteCount($0) }
    }

    /// Where a value is, from 0 at the bottom to 1 at the top, not outside.
    func position(of bytes: Double) -> Double {
        min(max(bytes / top.asDouble, 0), 1)
    }
}
