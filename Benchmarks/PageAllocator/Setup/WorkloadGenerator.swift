/// The generator of all workloads: xorshift64*, so that every implementation draws the same numbers.
struct WorkloadGenerator {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Returns the next 64 bits.
    @inline(__always)
    mutating func next() -> UInt64 {
        var bits = state
        bits ^= bits &>> 12
        bits ^= bits &<< 25
        bits ^= bits &>> 27
        state = bits
        return bits &* 0x2545_F491_4F6C_DD1D
    }

    /// Returns a number from 0 to `limit` − 1.
    @inline(__always)
    mutating func below(_ limit: UInt) -> UInt { UInt(next() &>> 11) % limit }
}
