import PageHeap
import SystemPackage

/// Sends files to clients, a buffer at a time.
struct FileSender: Sendable {
    let pool: BufferPool

    init(heap: PagedHeap) throws {
        // 64 KiB a buffer. Up to 32 of them wait for the next request; the rest go back to the heap at once.
        pool = try BufferPool(heap: heap, bufferByteCount: 64 << 10, retaining: 32)
    }
}
