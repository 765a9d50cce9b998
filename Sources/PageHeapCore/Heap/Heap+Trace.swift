import Synchronization

extension Heap {
    /// Begins a generation. No lock is held, except perhaps the pass lock.
    ///
    /// - Parameter atTop: search everything, whatever the marks say.
    /// - Returns: the one that ended, with books that are up to date.
    func startGeneration(atTop: Bool = false) -> EndedGeneration {
        search.startGeneration(atTop: atTop, using: state.pointee.system) { addCacheNotes(to: &$0) }
    }

    /// Begins a generation, and prints the line about the one that ends. No lock is held.
    func beginGeneration() {
        let ended = startGeneration()
        if trace != .none {
            var line = traceLine(ended)
            line.writeToStandardError()
        }
    }

    /// The line about a generation that has ended; with it the flag of a controller that failed goes down. No lock is
    /// held, except perhaps the pass lock.
    func traceLine(_ ended: EndedGeneration) -> MessageLine {
        var figures = figures()
        figures.books = ended.books
        return traceLine(
            ended.number, ended.worked, figures, isForced: false,
            wasReset: state.pointee.worker.wasReset.exchange(false, ordering: .relaxed))
    }

    /// The line about a forced release.
    func forcedTraceLine(_ released: ByteCount) -> MessageLine {
        let figures = figures()
        return traceLine(figures.generation, released, figures, isForced: true, wasReset: false)
    }

    private func traceLine(
        _ generation: UInt32, _ worked: ByteCount, _ figures: HeapFigures, isForced: Bool, wasReset: Bool
    ) -> MessageLine {
        trace == .text
            ? ScavengeTrace.line(
                generation: generation, worked: worked, books: figures.books, isForced: isForced, wasReset: wasReset)
            : ScavengeTrace.json(
                generation: generation, worked: worked, figures: figures, isForced: isForced, wasReset: wasReset,
                time: state.pointee.system.monotonicNanoseconds())
    }
}
