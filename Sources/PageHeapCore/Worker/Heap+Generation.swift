extension Heap {
    /// The scavenger's search in this heap.
    package var search: ScavengeSearch {
        ScavengeSearch(
            heap: locked, space: withUnsafeMutablePointer(to: &state.pointee.space) { $0 },
            machine: state.pointee.machine, arenaBaseOffset: configuration.arenaBaseOffset,
            method: configuration.releaseMethod)
    }

    /// Begins a generation. The caller holds no lock, except perhaps the pass lock.
    ///
    /// - Parameter atTop: whether to search the whole heap, whatever the marks say.
    /// - Returns: the generation that ended, with an up-to-date ledger.
    func startGeneration(atTop: Bool = false) -> EndedGeneration {
        search.startGeneration(atTop: atTop, using: system) { addCacheNotes(to: &$0) }
    }

    /// Begins a generation, and reports the one that ends. The caller holds no lock.
    func beginGeneration() {
        let ended = startGeneration()
        if isTraced { report(ended) }
    }

    /// Not inlined: a line takes kilobytes of stack.
    @inline(never)
    private func report(_ ended: EndedGeneration) {
        var line = traceLine(ended)
        writeIfWanted(&line)
    }
}
