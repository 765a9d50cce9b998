import PageHeap
import Testing

/// Many heaps in one process, at the same time and one after the other. Each test runs in a process of its own, because it
/// uses up space that other tests may need.
struct ManyHeapsTests {
    /// Also if address space is taken from the system when it is reserved, as under the thread sanitizer.
    @Test func aThousandHeapsWorkAtTheSameTime() async {
        await #expect(processExitsWith: .success) {
            let scavenger = try Scavenger()
            var heaps: [NumberedHeap] = []
            for number in 0..<1000 { heaps.append(try NumberedHeap(number, scavenger)) }
            // Some outgrow what they reserved at first.
            for numbered in heaps.suffix(20) { _ = numbered.heap.store(try numbered.heap.allocate(byteCount: 3 << 30)) }
            for numbered in heaps { numbered.check() }
        }
    }

    /// Address space that was used by heaps that are gone must not run out.
    @Test func thousandsOfHeapsWorkOneAfterTheOther() async {
        await #expect(processExitsWith: .success) {
            let scavenger = try Scavenger()
            var heaps: [NumberedHeap] = []
            for number in 0..<300 { heaps.append(try NumberedHeap(number, scavenger)) }
            for number in 300..<3000 {
                let numbered = try NumberedHeap(number, scavenger)
                if number.isMultiple(of: 50) { _ = numbered.heap.store(try numbered.heap.allocate(byteCount: 3 << 30)) }
                heaps[number % 300].check()
                heaps[number % 300] = numbered
            }
            for numbered in heaps { numbered.check() }
        }
    }
}

/// A heap with a run in which a number is written.
private struct NumberedHeap {
    let heap: PagedHeap
    let number: Int
    let run: PageRun.Handle

    init(_ number: Int, _ scavenger: Scavenger) throws {
        self.number = number
        heap = try PagedHeap(scavenger: scavenger)
        run = heap.store(try heap.allocate(pageCount: 3))
        heap.withRun(run) { run in
            var words = run.mutableSpan(of: Int.self)
            words[0] = number
        }
    }

    func check() {
        let found = heap.withRun(run) { run in run.span(of: Int.self)[0] }
        precondition(found == number)
    }
}
