import PageHeap
import Testing

/// Many heaps in one process.
struct ManyHeapsTests {
    /// Also where address space is taken from the system when it is reserved, as under the thread sanitizer. In a process
    /// of its own, because it uses up space that other tests may need.
    @Test func aThousandHeapsWorkAtTheSameTime() async {
        await #expect(processExitsWith: .success) {
            let scavenger = try Scavenger()
            var heaps: [(heap: PagedHeap, run: PageRun.Handle)] = []
            for number in 0..<1000 {
                let heap = try PagedHeap(scavenger: scavenger)
                let run = heap.store(try heap.allocate(pageCount: 3))
                heap.withRun(run) { run in
                    var words = run.mutableSpan(of: Int.self)
                    words[0] = number
                }
                heaps.append((heap, run))
            }
            // Some outgrow what they reserved at first where that is little.
            for (heap, _) in heaps.prefix(3) { _ = heap.store(try heap.allocate(byteCount: 3 << 30)) }
            for (number, (heap, run)) in heaps.enumerated() {
                let found = heap.withRun(run) { run in run.span(of: Int.self)[0] }
                precondition(found == number)
            }
        }
    }
}
