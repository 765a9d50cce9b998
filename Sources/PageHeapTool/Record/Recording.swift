/// A trace while programs write it: it gets its name, and its progress is shown.
final class Recording: RunObserver {
    private(set) var trace: NewTrace
    private var progress: RecordProgress

    init(_ trace: NewTrace, showsProgress: Bool) {
        self.trace = trace
        progress = RecordProgress(path: trace.path.string, isWanted: showsProgress)
    }

    func begin() {}

    func started(_ process: Int32) { trace.set(process: process) }

    func sampled(_ sampler: MemorySampler) {
        if let text = progress.text() { StandardError.write(text) }
    }

    func end() { StandardError.write(progress.end) }
}
