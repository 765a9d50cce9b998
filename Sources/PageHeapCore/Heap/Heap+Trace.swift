import Synchronization

extension Heap {
    /// The line about a generation that has ended; with it the flag of a controller that failed goes down. No lock is
    /// held, except perhaps the pass lock.
    func traceLine(_ ended: EndedGeneration) -> MessageLine {
        ScavengeTrace.line(
            generation: ended.number, worked: ended.released, books: figures().books, isForced: false,
            wasReset: state.pointee.worker.wasReset.exchange(false, ordering: .relaxed))
    }

    /// The line about a forced release.
    func forcedTraceLine(_ released: ByteCount) -> MessageLine {
        let figures = figures()
        return ScavengeTrace.line(
            generation: figures.generation, worked: released, books: figures.books, isForced: true, wasReset: false)
    }
}
