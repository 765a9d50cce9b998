import Synchronization

extension Heap {
    /// Begins a generation. No lock is held, except perhaps the pass lock.
    ///
    /// - Parameter atTop: search everything, whatever the marks say.
    /// - Returns: the one that ended, with books that are up to date.
    func startGeneration(atTop: Bool = false) -> EndedGeneration {
        search.startGeneration(atTop: atTop, using: state.pointee.system) { books in
            for shard in 0..<Tunables.pageCacheShards { state.pointee.shards[shard].addNotes(to: &books) }
        }
    }

    /// Begins a generation, and prints the line about the one that ends. No lock is held.
    func beginGeneration() {
        let ended = startGeneration()
        if state.pointee.configuration.trace != .none {
            var line = traceLine(ended)
            line.writeToStandardError()
        }
    }

    /// The line about a generation that has ended; with it the flag of a controller that failed goes down. No lock is
    /// held, except perhaps the pass lock.
    func traceLine(_ ended: EndedGeneration) -> MessageLine {
        let wasReset = state.pointee.worker.wasReset.exchange(false, ordering: .relaxed)
        if state.pointee.configuration.trace == .text {
            return ScavengeTrace.line(
                generation: ended.number, worked: ended.worked, books: ended.books, isForced: false, wasReset: wasReset)
        }
        var figures = figures()
        figures.books = ended.books
        return ScavengeTrace.json(
            generation: ended.number, worked: ended.worked, figures: figures, isForced: false, wasReset: wasReset,
            time: state.pointee.system.monotonicNanoseconds())
    }

    /// The line about a forced release.
    func forcedTraceLine(_ released: ByteCount) -> MessageLine {
        let figures = figures()
        if state.pointee.configuration.trace == .text {
            return ScavengeTrace.line(
                generation: figures.generation, worked: released, books: figures.books, isForced: true, wasReset: false)
        }
        return ScavengeTrace.json(
            generation: figures.generation, worked: released, figures: figures, isForced: true, wasReset: false,
            time: state.pointee.system.monotonicNanoseconds())
    }
}
