import PageHeap

@main
struct Server {
    static func main() async throws {
        let memory = ServerMemory()
        try memory?.stayWithinContainer()

        // A burst of requests, each with a session of its own, and its end.
        var sessions = (0..<200_000).map { [UInt8](repeating: 0, count: 512 + $0 % 1_024) }
        print("\(sessions.count) sessions")
        sessions = []

        for second in 0...5 {
            if let figures = memory?.malloc.mallocStatistics {
                print(
                    "\(second) s: \(figures.blockByteCount >> 20) MiB in blocks, \(figures.heap.retainedByteCount >> 20)",
                    "retained, \(figures.heap.releasedByteCount >> 20) released")
            }
            try await Task.sleep(for: .seconds(1))
        }
        if let memory { print(metrics(of: memory.malloc)) }
    }
}
