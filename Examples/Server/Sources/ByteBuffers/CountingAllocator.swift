import Foundation
@_spi(CustomByteBufferAllocator) import NIOCore
import Synchronization

/// An allocator for `ByteBuffer`s as SwiftNIO's unsupported interface allows it: four C functions, which can capture nothing,
/// and so can only reach what is global. `deallocate` is told no size.
///
/// This one counts, and leaves the work to malloc.
enum CountingAllocator {
    static let allocations = Atomic(0)
    static let deallocations = Atomic(0)

    static let allocator = ByteBufferAllocator(
        allocate: { size in
            allocations.add(1, ordering: .relaxed)
            return malloc(size)
        },
        reallocate: { pointer, _, size in realloc(pointer, size) },
        deallocate: { pointer in
            deallocations.add(1, ordering: .relaxed)
            free(pointer)
        },
        copy: { target, source, count in target.copyMemory(from: source, byteCount: count) })
}
