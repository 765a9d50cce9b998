import PageHeap
import SystemPackage

/// What was read of a file, and how much of the buffer it fills.
struct Chunk: ~Copyable {
    var buffer: BufferPool.Buffer
    var count: Int
}

extension FileSender {
    /// Reads on. The caller owns the buffer: nobody else can write to it meanwhile.
    func readChunk(of file: FileDescriptor) throws -> Chunk? {
        var buffer = try pool.take()
        let count = try buffer.withUnsafeMutableBytes { bytes in try file.read(into: bytes) }
        return count == 0 ? nil : Chunk(buffer: buffer, count: count)
    }
}
