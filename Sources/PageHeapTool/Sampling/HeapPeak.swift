/// What became of the most memory that the heaps ever had: how much of it they gave back, and did not take again.
struct HeapPeak: Hashable, Sendable {
    /// The most that all heaps together retained in one sample, as far as it was resident.
    private(set) var retained = ByteCount.zero
    /// What the heaps had given back in total until then.
    private var returnedBefore = ByteCount.zero

    /// - Parameter resident: the resident memory of all processes: what a heap retains beyond that was never touched.
    mutating func note(_ figures: HeapFigures, resident: ByteCount) {
        let held = min(figures.retained, resident)
        guard held > retained else { return }
        retained = held
        returnedBefore = figures.bytes(\.returned_bytes_total)
    }

    /// Returns how much of the peak was given back until the end and stayed away.
    ///
    /// It is at most what the heaps gave back since, so that memory which went with an ended process does not count; and
    /// at most the difference of the levels, so that what was given back and taken again does not count.
    ///
    /// - Parameter end: the figures at the end.
    func cameBack(until end: HeapFigures) -> ByteCount {
        min(end.bytes(\.returned_bytes_total) - returnedBefore, retained - end.retained)
    }
}
