extension RunResult {
    /// Returns the samples as comma-separated values, one line per sample, after a line with the JSON's keys. A missing goal
    /// is an empty field.
    func csv() -> String {
        let head = "seconds,residentBytes,inUseBytes,retainedBytes,goalBytes\n"
        return head
            + samples.map { sample in
                let bytes = [sample.residentBytes, sample.inUseBytes, sample.retainedBytes].map { "\($0.rawValue)" }
                let goal = sample.goalBytes.map { "\($0.rawValue)" } ?? ""
                return "\(sample.seconds),\(bytes.joined(separator: ",")),\(goal)\n"
            }.joined()
    }
}
