import PageHeap
import SystemPackage

extension FileSender {
    /// Writes a chunk out, and lets go of it: its buffer is back in the pool when this returns or throws.
    func write(_ chunk: consuming Chunk, to client: FileDescriptor) throws {
        let count = chunk.count
        try chunk.buffer.withUnsafeBytes { bytes in
            _ = try client.writeAll(bytes.prefix(count))
        }
    }

    /// Sends a whole file. While the client is waited for, one buffer is lent, no more.
    func send(_ path: FilePath, to client: FileDescriptor) throws {
        let file = try FileDescriptor.open(path, .readOnly)
        try file.closeAfter {
            while let chunk = try readChunk(of: file) { try write(chunk, to: client) }
        }
    }
}
