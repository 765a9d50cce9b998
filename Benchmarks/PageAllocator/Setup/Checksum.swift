/// The checksum over all results of a workload's allocator: 64-bit words in the manner of FNV-1a.
struct Checksum {
    /// The word that a failed request adds.
    static var failure: UInt64 { .max }

    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    @inline(__always)
    mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 }
}
