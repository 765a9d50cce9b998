import PageHeap

/// Tells of each generation of the scavenger's search, until the task is cancelled.
func tell(of heap: PagedHeap) async throws {
    for await event in try heap.scavengeEvents() {
        // Without a goal, all that the heap retains is needed.
        let excess = event.retainedByteCount - (event.goalByteCount ?? event.retainedByteCount)
        print(
            "generation \(event.generation): \(event.workedByteCount >> 20) MiB given back,",
            "\(event.retainedByteCount >> 20) retained, \(max(0, excess) >> 20) above the goal,",
            "\(Int(event.scavengerSeconds * 1_000)) ms of CPU so far")
    }
}
