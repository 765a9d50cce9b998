import Synchronization

extension Heap {
    /// Prints the line about the generation that is ending. No lock is held while printing.
    func traceGeneration(wasReset: Bool) {
        let books = figures().books
        var line = ScavengeTrace.line(
            generation: state.pointee.space.generation,
            worked: ByteCount(state.pointee.space.releasedInGeneration.load(ordering: .relaxed)), books: books,
            isForced: false, wasReset: wasReset)
        line.writeToStandardError()
    }

    /// Prints the line about a forced release.
    func traceForced(_ released: ByteCount) {
        var line = ScavengeTrace.line(
            generation: state.pointee.space.generation, worked: released, books: figures().books, isForced: true,
            wasReset: false)
        line.writeToStandardError()
    }
}
