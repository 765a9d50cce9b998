import PageHeapCore
import PageHeapSimulation
import Testing

/// Some systems keep track of released memory; the heap tells them before it uses such memory again.
struct NotedUseTests {
    private func noted(_ test: TestPageHeap) -> [SystemCall] { test.system.calls(.noteUse) }

    private func note(_ address: UInt, _ pages: PageCount) -> SystemCall {
        .noteUse(address: address, bytes: pages.bytes.rawValue)
    }

    @Test(arguments: [4, 600])
    func releasedPagesAreNotedWhenTheyAreAllocated(count: PageCount) throws {
        let test = try TestPageHeap()
        let address = try test.use(count.rawValue)
        test.heap.freePages(address, count)
        test.system.forget()
        let warm = try #require(test.heap.allocatePages(count, alignment: 1, shard: 0))
        #expect(warm.scavenged == 0 && noted(test) == [])
        test.heap.freePages(warm.address, count)
        #expect(test.heap.releaseFreeMemory { 0 }.released == count.bytes)
        let cold = try #require(test.heap.allocatePages(count, alignment: 1, shard: 0))
        #expect(cold.scavenged == count.bytes && noted(test) == [note(cold.address, count)])
    }

    @Test func growthInPlaceNotesThePagesItTakes() throws {
        let test = try TestPageHeap()
        let address = try test.use(40)
        test.system.forget()
        let end = address + PageCount(40).bytes.rawValue
        #expect(test.heap.growInPlace(at: end, by: 24) == PageCount(24).bytes)
        #expect(noted(test) == [note(end, 24)])
    }

    @Test func discardedPagesAreNotedBeforeTheyAreWritten() throws {
        let test = try TestPageHeap()
        let address = try test.use(40)
        test.system.forget()
        #expect(test.heap.discard(address, 40) == 0)
        #expect(noted(test) == [])
        test.heap.noteTouched(discarded: address, 40)
        #expect(noted(test) == [note(address, 40)])
    }
}
