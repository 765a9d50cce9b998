/// The headline of a report, a sentence that says what happened to the memory.
///
/// What came back is what the heaps released of what they held: memory that went with an ended process, or was never on
/// PageHeap, does not count.
enum Headline {
    /// Returns the headline, such as "Peak 312 MiB, 18.1 MiB at the end: the heap gave 294 MiB of its 310 MiB back."
    static func text(_ result: RunResult) -> String {
        guard let peak = result.peakResidentBytes else { return "The program ended before its memory could be seen." }
        let without = result.peakResidentWithoutLibraryBytes
        if without.asDouble >= peak.asDouble / 2 {
            return "Peak \(peak), of which \(min(without, peak)) was not on PageHeap."
        }
        let ending = result.finalResidentBytes.map { ", \($0) at the end" } ?? ""
        guard result.heapFiguresPublished else { return "Peak \(peak)\(ending)." }
        let (held, back) = (result.heapPeakRetainedBytes, result.heapPeakReturnedBytes)
        guard held > .zero else { return "Peak \(peak)\(ending)." }
        if back.asDouble < held.asDouble / 100 { return "Peak \(peak)\(ending). The heap gave nothing back for good." }
        let share = Int((back.asDouble / held.asDouble * 100).rounded(.down))
        return "Peak \(peak)\(ending): the heap gave \(back) of its \(held) back (\(share) %)."
    }
}
