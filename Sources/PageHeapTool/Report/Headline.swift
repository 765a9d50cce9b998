/// The headline of a report, a sentence that says what happened to the memory.
enum Headline {
    /// Returns the headline, such as "Peak 312 MiB, 18.1 MiB at the end: 94 % came back."
    static func text(_ result: RunResult) -> String {
        let peak = result.peakResidentBytes
        let final = result.finalResidentBytes
        guard peak > .zero else { return "The program ended before its memory could be seen." }
        let back = (peak - final).asDouble / peak.asDouble
        if back >= 0.1 {
            return "Peak \(peak), \(final) at the end: \(Int((back * 100).rounded(.down))) % came back."
        }
        return "Peak \(peak), and \(final) still at the end."
    }
}
