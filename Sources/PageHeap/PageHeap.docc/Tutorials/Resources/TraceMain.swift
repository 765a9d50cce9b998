import Foundation
import PageHeap

@main
struct Server {
    static func main() async throws {
        // PAGEHEAP_SCAVTRACE, PAGEHEAP_SCAVENGE_PERCENT and all others.
        let settings = try PagedHeap.Configuration(environment: ProcessInfo.processInfo.environment)
        let heap = try PagedHeap(settings)
        let teller = Task { try await tell(of: heap) }

        let cache = try Cache(on: heap, entries: 1_024)
        let rest = Cache(keepingEveryTenthOf: cache)
        try await Task.sleep(for: .seconds(14))

        teller.cancel()
        _ = try? await teller.value
        print(verdict(on: heap.statistics))
        extend(rest)
    }

    /// Keeps the rest until here.
    static func extend(_ rest: consuming Cache) {}
}
