import CPageHeap
import Foundation
import PageHeap
import Testing

#if os(Linux)
    /// Heaps at the limits of their process. Each test runs in a process of its own, and not under a sanitizer, which needs
    /// memory of its own.
    @Suite(.enabled(if: pageheap_chooses_addresses()))
    struct ProcessLimitTests {
        @Test func heapsAreRefusedOnceNoMappingIsLeft() async {
            await #expect(processExitsWith: .success) {
                // The test has to get by with the memory that it has by then: malloc gets none, either.
                var heaps = [NumberedHeap?](repeating: nil, count: 50_000)
                let spare = try SpareMappings(leaving: 40_000)
                let before = try #require(try heapMappings())

                let most = try fill(&heaps)
                for heap in heaps[..<most] { heap?.check() }
                // One third has its memory taken, one goes, one stays as it is.
                for number in stride(from: 0, to: most, by: 3) { heaps[number]?.free() }
                for number in stride(from: 1, to: most, by: 3) { heaps[number] = nil }
                let again = try fill(&heaps)
                for heap in heaps[..<most] { heap?.check() }
                for number in heaps.indices { heaps[number] = nil }

                spare.remove()
                // Neighbours share mappings, and how many heaps have neighbours is random: a heap takes three to four.
                let fewest = 40_000 / 4 - 500
                #expect(most > fewest)
                #expect(again > fewest)
                #expect(try heapMappings() == before)
            }
        }

        @Test func aPieceOfAMappingThatCannotBeUnmappedLosesItsMemory() async {
            await #expect(processExitsWith: .success) {
                let page = pageheap_physical_page_bytes()
                let memory = try #require(pageheap_map(3 * page, Int32(PAGEHEAP_ACCESS_READ_WRITE)))
                memset(memory, 1, Int(3 * page))
                let spare = try SpareMappings(leaving: 0)
                let error = pageheap_unmap(memory + Int(page), page)
                spare.remove()

                try #require(error == ENOMEM)
                let bytes = UnsafeRawBufferPointer(start: memory, count: Int(3 * page))
                #expect((0..<3).map { bytes[$0 * Int(page)] } == [1, 0, 1])
            }
        }

        @Test func aHeapIsRefusedBeyondTheLimitOnAddressSpace() async {
            await #expect(processExitsWith: .success) {
                try expectRefusal(.addressSpace, by: __rlimit_resource_t(RLIMIT_AS.rawValue), "VmSize:")
            }
        }

        @Test func aHeapIsRefusedBeyondTheLimitOnPrivateMemory() async {
            await #expect(processExitsWith: .success) {
                try expectRefusal(.data, by: __rlimit_resource_t(RLIMIT_DATA.rawValue), "VmData:")
            }
        }
    }

    /// Puts heaps where there are none, until one is refused because there are too many mappings.
    ///
    /// - Returns: the number of heaps.
    private func fill(_ heaps: inout [NumberedHeap?]) throws -> Int {
        var count = 0
        for number in heaps.indices {
            if heaps[number] == nil {
                do throws(PageHeapError) {
                    heaps[number] = try NumberedHeap(number)
                } catch {
                    try #require(error == .limitReached(.mappings))
                    return count
                }
            }
            count += 1
        }
        Issue.record("no heap was refused")
        return count
    }

    /// Expects a heap to be refused because the process may have only 200 KiB more than it has.
    private func expectRefusal(
        _ expected: PageHeapError.Limit, by resource: __rlimit_resource_t, _ figure: String
    ) throws {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(figure) })
        let kibibytes = try #require(line.split { !$0.isNumber }.first.flatMap { rlim_t($0) })
        var usual = rlimit()
        try #require(getrlimit(resource, &usual) == 0)
        var limit = usual
        limit.rlim_cur = (kibibytes + 200) << 10

        try #require(setrlimit(resource, &limit) == 0)
        var refusal: PageHeapError?
        do throws(PageHeapError) { _ = try PagedHeap.quiet() } catch { refusal = error }
        try #require(setrlimit(resource, &usual) == 0)

        #expect(refusal == .limitReached(expected))
        _ = try PagedHeap.quiet().allocate(pageCount: 1)
    }

    /// A heap with a run in which a number is written, or without one if no mapping was left for it.
    private final class NumberedHeap {
        private let heap: PagedHeap
        private let number: Int
        private var run: PageRun.Handle?

        init(_ number: Int) throws(PageHeapError) {
            self.number = number
            heap = try PagedHeap.quiet()
            do throws(PageHeapError) {
                var run = try heap.allocate(pageCount: 3)
                run.store(UInt8(truncatingIfNeeded: number), at: 0)
                self.run = heap.store(run)
            } catch {
                precondition(error == .system(.noMemory))
            }
        }

        func check() {
            guard let run else { return }
            let byte = heap.withRun(run) { run in run.bytes.unsafeLoad(as: UInt8.self) }
            precondition(byte == UInt8(truncatingIfNeeded: number))
        }

        /// Frees the run and gives its memory back.
        func free() {
            guard let run else { return }
            self.run = nil
            heap.release(run)
            precondition(heap.releaseFreeMemory() > 0)
        }
    }

    /// Mappings that are of no use but to leave few others.
    private struct SpareMappings {
        private let memory: UnsafeMutableRawPointer
        private let bytes: UInt

        /// - Parameter count: how many mappings are left, about.
        init(leaving count: Int) throws {
            let file = try String(contentsOfFile: "/proc/sys/vm/max_map_count", encoding: .utf8)
            let most = try #require(Int(file.trimmingCharacters(in: .whitespacesAndNewlines)))
            let page = pageheap_physical_page_bytes()
            let pairs = max(0, most - count) / 2
            bytes = UInt(2 * pairs + 1) * page
            memory = try #require(pageheap_map(bytes, Int32(PAGEHEAP_ACCESS_NONE)))
            for pair in 0..<pairs {
                let place = memory + Int(UInt(2 * pair + 1) * page)
                if pageheap_protect(place, page, Int32(PAGEHEAP_ACCESS_READ)) != 0 { break }
            }
        }

        func remove() { pageheap_unmap(memory, bytes) }
    }
#endif
