import PageHeap

/// What a trace cannot say: what the giving back was good for, and what it cost.
func verdict(on figures: PagedHeap.Statistics) -> String {
    let released = figures.releasedInBackgroundTotalByteCount
    let inVain = figures.reusedWithin10SecondsTotalByteCount
    return """
        \(released >> 20) MiB given back, \(inVain >> 20) of them needed again within 10 s; \
        \(figures.scavengerSeconds) s of CPU, \(figures.releaseFailureCount) refusals
        """
}
