import PageHeap

/// What a trace cannot say: what the giving back was good for, and what it cost.
func verdict(on figures: PageHeap.Statistics) -> String {
    let released = figures.releasedInBackgroundTotalBytes
    let inVain = figures.reusedWithin10SecondsTotalBytes
    return """
        \(released >> 20) MiB given back, \(inVain >> 20) of them needed again within 10 s; \
        \(figures.scavengerSeconds) s of CPU, \(figures.releaseFailures) refusals
        """
}
