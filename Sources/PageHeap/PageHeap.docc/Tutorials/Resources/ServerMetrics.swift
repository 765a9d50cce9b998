import PageHeap

/// A heap's figures as Prometheus reads them. Of any heap: the process's malloc, or one that the server made.
func metrics(of heap: some ScavengedHeap) -> String {
    let figures = heap.statistics
    return """
        # TYPE server_memory_in_use_bytes gauge
        server_memory_in_use_bytes \(figures.inUseByteCount)
        # TYPE server_memory_retained_bytes gauge
        server_memory_retained_bytes \(figures.retainedByteCount)
        # TYPE server_memory_released_bytes_total counter
        server_memory_released_bytes_total \(figures.releasedInBackgroundTotalByteCount)
        # TYPE server_memory_scavenger_seconds_total counter
        server_memory_scavenger_seconds_total \(figures.scavengerSeconds)

        """
}
