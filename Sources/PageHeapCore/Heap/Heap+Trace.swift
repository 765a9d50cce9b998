import Synchronization

extension Heap {
    /// Begins a generation. The caller holds no lock, except perhaps the pass lock.
    ///
    /// - Parameter atTop: whether to search the whole heap, whatever the marks say.
    /// - Returns: the generation that ended, with an up-to-date ledger.
    func startGeneration(atTop: Bool = false) -> EndedGeneration {
        search.startGeneration(atTop: atTop, using: state.pointee.system) { addCacheNotes(to: &$0) }
    }

    /// Whether generations are reported when they end, on standard error or to a reader in the process.
    var isTraced: Bool {
        trace != .none || state.pointee.traces.readers.load(ordering: .relaxed) != 0
    }

    /// Begins a generation, and reports the one that ends. The caller holds no lock.
    func beginGeneration() {
        let ended = startGeneration()
        guard isTraced else { return }
        var line = traceLine(ended)
        writeIfWanted(&line)
    }

    /// Writes a line to standard error if the trace is on.
    func writeIfWanted(_ line: inout MessageLine) {
        if trace != .none { line.writeToStandardError() }
    }

    /// Formats the line about a generation that has ended, and clears the controller-failure flag that it reports. The
    /// caller holds no lock, except perhaps the pass lock.
    func traceLine(_ ended: EndedGeneration) -> MessageLine {
        var figures = figures()
        figures.ledger = ended.ledger
        return traceLine(
            ended.number, ended.worked, figures, isForced: false,
            wasReset: state.pointee.worker.wasReset.exchange(false, ordering: .relaxed))
    }

    /// Formats the line about a forced release.
    func forcedTraceLine(_ released: ByteCount) -> MessageLine {
        let figures = figures()
        return traceLine(figures.generation, released, figures, isForced: true, wasReset: false)
    }

    /// Formats a line, empty if none are printed, and keeps the same data as a record if the trace has readers.
    private func traceLine(
        _ generation: UInt32, _ worked: ByteCount, _ figures: HeapStatistics, isForced: Bool, wasReset: Bool
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
                generation: generation, worked: worked, ledger: figures.ledger, isForced: isForced, wasReset: wasReset)
        case .json:
            return ScavengeTrace.json(
                generation: generation, worked: worked, figures: figures, isForced: isForced, wasReset: wasReset,
                time: time)
        }
    }
}

extension Heap {
    /// The trace mode: whether and how generations are reported on standard error. Needs no lock.
    var trace: TraceKind { TraceKind(rawValue: state.pointee.trace.load(ordering: .relaxed)) ?? .none }

    /// Sets the trace mode. Needs no lock.
    package func setTrace(_ kind: TraceKind) { state.pointee.trace.store(kind.rawValue, ordering: .relaxed) }
}
