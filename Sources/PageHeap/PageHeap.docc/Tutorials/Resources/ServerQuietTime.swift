import PageHeap

extension ServerMemory {
    /// Gives everything back: before a machine is frozen, say, or when a night begins.
    ///
    /// It waits for the kernel, about 0.1 s for a GiB, so it does not run on an event loop.
    func releaseAtQuietTime() async -> Int {
        await Task.detached(priority: .background) { malloc.releaseFreeMemory() }.value
    }
}
