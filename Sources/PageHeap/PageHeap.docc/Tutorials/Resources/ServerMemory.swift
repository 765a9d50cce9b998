import PageHeap

/// The memory that the server runs on.
struct ServerMemory: Sendable {
    let malloc: ProcessMalloc

    /// Nothing where the process runs on another malloc. The server works all the same, but should say so.
    init?() {
        do {
            malloc = try ProcessMalloc()
        } catch {
            print("warning: \(error)")
            return nil
        }
    }
}
