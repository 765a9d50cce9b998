import PageHeap

@main
struct Server {
    static func main() async throws {
        let heap = try PagedHeap()
        let sender = try FileSender(heap: heap)
        try await sender.serve(clients: 2_000)
        for second in 0...5 {
            let (pool, memory) = (sender.pool.statistics, heap.statistics)
            print(
                "\(second) s: \(pool.idleCount) buffers wait, \(memory.retainedByteCount >> 10) KiB retained,",
                "\(memory.releasedInBackgroundTotalByteCount >> 20) MiB given back")
            try await Task.sleep(for: .seconds(1))
        }
    }
}
