import Synchronization

extension Heap {
    /// Begins a generation. No lock is held, except perhaps the pass lock.
    ///
    /// - Parameter atTop: search everything, whatever the marks say.
    /// - Returns: the one that ended, with books that are up to date.
    func startGeneration(atTop: Bool = false) -> EndedGeneration {
        search.startGeneration(atTop: atTop, using: state.pointee.system) { addCacheNotes(to: &$0) }
    }

    /// Whether anybody wants to know of generations that end: on standard error, or in the process.
    var isTraced: Bool {
        trace != .none || state.pointee.traces.readers.load(ordering: .relaxed) != 0
    }

    /// Begins a generation, and tells of the one that ends. No lock is held.
    func beginGeneration() {
        let ended = startGeneration()
        guard isTraced else { return }
        var line = traceLine(ended)
        writeIfWanted(&line)
    }

    /// Writes a line to standard error where that was asked for.
    func writeIfWanted(_ line: inout MessageLine) {
        if trace != .none { line.writeToStandardError() }
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

    /// A line, empty where none are printed. Where somebody reads them, the same is kept as a record.
    private func traceLine(
        _ generation: UInt32, _ worked: ByteCount, _ figures: HeapFigures, isForced: Bool, wasReset: Bool
    ) -> MessageLine {
        let time = state.pointee.system.monotonicNanoseconds()
        if state.pointee.traces.readers.load(ordering: .relaxed) != 0 {
            append(
                TraceRecord(
                    generation: generation, worked: worked, figures: figures, isForced: isForced, wasReset: wasReset,
                    time: time))
        }
        switch trace {
        case .none:
            return MessageLine()
        case .text:
            return ScavengeTrace.line(
                generation: generation, worked: worked, books: figures.books, isForced: isForced, wasReset: wasReset)
        case .json:
            return ScavengeTrace.json(
                generation: generation, worked: worked, figures: figures, isForced: isForced, wasReset: wasReset,
                time: time)
        }
    }
}
