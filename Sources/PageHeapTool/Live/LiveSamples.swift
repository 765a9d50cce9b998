import Synchronization

/// What the supervisor of a run tells the live view. Each has a thread of its own, and does not wait for the other: what is
/// measured does not depend on a slow terminal, or on a process that does not answer.
final class LiveSamples: Sendable {
    /// The last sample.
    struct Latest: Sendable {
        let sample: MemorySample
        /// The figures of all heaps; nil as long as no process has published any.
        let heap: HeapFigures?
        /// The run's own program.
        let program: Int32
        /// How many processes have memory.
        let processes: Int
        /// The processes that publish figures, the one with the most in use first.
        let publishers: [Int32]
    }

    private struct State {
        var series = SampleSeries(capacity: 1000)
        var latest: Latest?
        var isOver = false
        var isCut = false
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Takes over what a sampler has found last.
    func note(_ sampler: MemorySampler) {
        guard let sample = sampler.series.last else { return }
        let publishers = sampler.folder.inUse.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
        let latest = Latest(
            sample: sample, heap: sampler.folder.hasFigures ? sampler.figures : nil, program: sampler.folder.program,
            processes: sampler.processes, publishers: publishers)
        state.withLock { state in
            if state.latest?.sample.seconds != sample.seconds { state.series.append(sample) }
            state.latest = latest
        }
    }

    var latest: Latest? { state.withLock { $0.latest } }

    /// The samples since the program's start, of each few the one with the most resident memory.
    var samples: [MemorySample] { state.withLock { $0.series.samples } }

    /// Whether the program has ended, or could not be started.
    var isOver: Bool { state.withLock { $0.isOver } }
    func end() { state.withLock { $0.isOver = true } }

    /// Whether nothing more of what the program wrote is to be shown.
    var isCut: Bool { state.withLock { $0.isCut } }
    func cut() { state.withLock { $0.isCut = true } }

    /// Whether the view has given the terminal back.
    var isClosed: Bool { state.withLock { $0.isClosed } }
    func close() { state.withLock { $0.isClosed = true } }
}
