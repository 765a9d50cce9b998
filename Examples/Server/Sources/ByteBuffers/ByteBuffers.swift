import CPageHeapInterface
import Foundation
import NIOCore
import PageHeap
import Synchronization

/// Checks the statements of Documentation/swift-nio.md.
@main
struct ByteBuffers {
    static func main() async throws {
        print("malloc's interface \(pageheap_version() >> 16).\(pageheap_version() & 0xffff)")
        let malloc = try ProcessMalloc()
        buffersAreInTheMalloc(malloc)
        buffersOfOtherOriginHaveTheirOwnAllocator()
        try await channelsUseTheirOption()
        print("all as said")
    }

    /// Checks that buffers are in PageHeap without any change to the program.
    private static func buffersAreInTheMalloc(_ malloc: ProcessMalloc) {
        let before = malloc.mallocStatistics.blockByteCount
        var buffer: ByteBuffer? = ByteBufferAllocator().buffer(repeating: 1, count: 64 << 20)
        let with = malloc.mallocStatistics.blockByteCount
        let readable = buffer?.readableBytes
        buffer = nil
        let after = malloc.mallocStatistics.blockByteCount
        print(
            "a buffer of 64 MiB: \((with - before) >> 20) MiB more in blocks, \((with - after) >> 20) MiB less without it"
        )
        check(readable == 64 << 20 && with - before >= 64 << 20 && with - after >= 64 << 20)
    }

    /// Checks that a program's own allocator serves the buffers that it makes, and no others.
    private static func buffersOfOtherOriginHaveTheirOwnAllocator() {
        let allocations = CountingAllocator.allocations.load(ordering: .relaxed)
        do {
            var own = CountingAllocator.allocator.buffer(capacity: 1000)
            own.writeString("in the allocator")
            check(CountingAllocator.allocations.load(ordering: .relaxed) == allocations + 1)
            var copy = own
            copy.writeString(", copied on writing")
            check(CountingAllocator.allocations.load(ordering: .relaxed) == allocations + 2)
        }
        check(CountingAllocator.deallocations.load(ordering: .relaxed) == 2)
        let other = ByteBuffer(string: String(repeating: "elsewhere", count: 1000))
        check(other.readableBytes == 9000)
        check(CountingAllocator.allocations.load(ordering: .relaxed) == allocations + 2)
        print("an allocator of one's own: its buffers and their copies, not those of ByteBuffer(string:)")
    }

    /// Checks that a channel reads into buffers of the allocator that its option names.
    private static func channelsUseTheirOption() async throws {
        let message = String(repeating: "echo ", count: 1000)
        let before = CountingAllocator.allocations.load(ordering: .relaxed)
        check(try await Echo.roundTrip(message, allocator: nil) == message.utf8.count)
        check(CountingAllocator.allocations.load(ordering: .relaxed) == before)
        check(try await Echo.roundTrip(message, allocator: CountingAllocator.allocator) == message.utf8.count)
        let reads = CountingAllocator.allocations.load(ordering: .relaxed) - before
        check(reads > 0)
        print("a channel with the option: \(reads) buffers for reading from the allocator; without it none")
    }

    private static func check(_ holds: Bool, line: Int = #line) {
        guard !holds else { return }
        print("line \(line): not as said")
        exit(1)
    }
}
