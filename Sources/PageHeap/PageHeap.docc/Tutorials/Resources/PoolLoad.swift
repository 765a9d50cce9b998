import PageHeap
import SystemPackage

extension FileSender {
    /// A client whose network is slow: its buffer is filled, and waits.
    func serveSlowly(_ path: FilePath, to client: FileDescriptor) async throws {
        let file = try FileDescriptor.open(path, .readOnly)
        defer { try? file.close() }
        guard let chunk = try readChunk(of: file) else { return }
        try await Task.sleep(for: .milliseconds(500))
        try write(chunk, to: client)
    }

    /// Many such clients at a time.
    func serve(clients: Int) async throws {
        let nowhere = try FileDescriptor.open("/dev/null", .writeOnly)
        defer { try? nowhere.close() }
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<clients {
                group.addTask { try await serveSlowly("/dev/zero", to: nowhere) }
            }
        }
    }
}
