/// The proof that a workload did what it should: the checksum of the allocator's results, or counts, or both.
struct Evidence: Equatable {
    let checksum: UInt64?
    let counts: String

    init(sum checksum: UInt64? = nil, _ counts: String = "") {
        self.checksum = checksum
        self.counts = counts
    }

    /// The checksum as sixteen hexadecimal digits, or the counts if there is no checksum.
    var checksumText: String {
        guard let checksum else { return counts }
        let digits = String(checksum, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The checksum and the counts.
    var text: String { checksum == nil || counts.isEmpty ? checksumText : "\(checksumText) \(counts)" }
}
