import PageHeapCore

extension PageGeometry {
    /// Chunks of the whole address space.
    var chunkCount: UInt { UInt(entryCount(leafLevel)) }

    /// Chunks that a root entry covers.
    var rootChunks: UInt { chunkCount >> UInt(rootBits) }

    /// What a request may have if a heap is to grant it several times: a 16th of the address space.
    var largestRequest: ByteCount { ByteCount(1 << UInt(heapAddressBits - 4)) }
}
