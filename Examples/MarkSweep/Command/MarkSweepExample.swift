import MarkSweep
import PageHeap

/// Builds a list of a million numbers, sums it up, drops it and waits, and prints what each step does to memory.
@main
struct MarkSweepExample {
    static func main() async throws {
        let machine = try StackMachine()
        let heap = machine.heap
        print("the list and its sum:", try machine.run(Programs.sum(of: 1_000_000)))
        tell("with the list", heap)
        heap.roots = []
        // Two collections: the ratio of their goals tells the page heap that little memory will be needed.
        try heap.collect()
        try heap.collect()
        tell("without it", heap)
        try await Task.sleep(for: .seconds(3))
        tell("3 seconds later", heap)
    }

    private static func tell(_ when: String, _ heap: PairHeap) {
        let figures = heap.pages.statistics
        print(
            "\(when): \(heap.pairCount) pairs after \(heap.collections) collections;",
            "\(figures.inUseByteCount >> 20) MiB in use, \(figures.retainedByteCount >> 20) MiB with memory,",
            "goal \(figures.goalByteCount.map { "\($0 >> 20) MiB" } ?? "none")")
    }
}
