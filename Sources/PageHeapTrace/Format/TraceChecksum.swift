/// The checksum of the trace format: 64 bits, from four sums that do not wait for each other, so that it costs a fraction of a
/// nanosecond per event.
///
/// Each step is one-to-one in the word it takes in, so any change of a single word changes the result; of other damage, one in
/// 2^64 goes unnoticed. It is no protection against intent.
struct TraceChecksum {
    private static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// Returns the checksum of bytes; a last incomplete word is filled with zeros. Takes time in proportion.
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var first: UInt64 = 1
        var second: UInt64 = 2
        var third: UInt64 = 3
        var fourth: UInt64 = 4
        var offset = 0
        while bytes.count - offset >= 32 {
            first = step(first, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            second = step(second, bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
            third = step(third, bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self))
            fourth = step(fourth, bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self))
            offset += 32
        }
        while bytes.count - offset >= 8 {
            first = step(first, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        if offset < bytes.count {
            var word: UInt64 = 0
            var shift: UInt64 = 0
            while offset < bytes.count {
                word |= UInt64(bytes[offset]) << shift
                shift += 8
                offset += 1
            }
            first = step(first, word)
        }
        let all = step(step(step(step(first, second), third), fourth), UInt64(truncatingIfNeeded: bytes.count))
        return all ^ all >> 29
    }

    @inline(__always)
    private static func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* multiplier
        return product << 31 | product >> 33
    }
}
