import Foundation
@_spi(CustomByteBufferAllocator) import NIOCore
import Synchronization

/// An allocator for `ByteBuffer`s that counts its calls, and leaves the work to malloc.
///
/// SwiftNIO's unsupported interface takes four C functions. They cannot capture anything, so they can only reach global
/// state, and `deallocate` gets no size.
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
