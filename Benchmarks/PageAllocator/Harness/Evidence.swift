/// What shows that a workload did what it should: the checksum of its answers, or counts, or both.
struct Evidence: Equatable {
    let checksum: UInt64?
    let counts: String

    init(sum checksum: UInt64? = nil, _ counts: String = "") {
        self.checksum = checksum
        self.counts = counts
    }

    /// Sixteen hexadecimal digits; the counts where there is no sum.
    var checksumText: String {
        guard let checksum else { return counts }
        let digits = String(checksum, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// All of it.
    var text: String { checksum == nil || counts.isEmpty ? checksumText : "\(checksumText) \(counts)" }
}
