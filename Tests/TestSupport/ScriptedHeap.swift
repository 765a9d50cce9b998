import PageHeap
import Synchronization

/// A heap with figures chosen by a test: each reading returns the next ones, and then always the last ones.
package final class ScriptedHeap: ScavengedHeap {
    private struct State {
        var figures: [PagedHeap.Statistics]
        var readings = 0
        var releases = 0
    }

    private let state: Mutex<State>
    private let onReading: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - figures: at least one.
    ///   - onReading: is called with the number of each reading, from 1, before its reader goes on.
    package init(_ figures: [PagedHeap.Statistics], onReading: @escaping @Sendable (Int) -> Void = { _ in }) {
        precondition(!figures.isEmpty)
        state = Mutex(State(figures: figures))
        self.onReading = onReading
    }

    package var statistics: PagedHeap.Statistics {
        let (figures, readings) = state.withLock { state in
            state.readings += 1
            return (state.figures.count > 1 ? state.figures.removeFirst() : state.figures[0], state.readings)
        }
        onReading(readings)
        return figures
    }

    public func residentByteCount() -> Int? { nil }

    /// How often the figures were read.
    package var readings: Int { state.withLock { $0.readings } }

    /// How often the release of all free memory was asked for.
    package var releases: Int { state.withLock { $0.releases } }

    package var memoryLimit: Int? { nil }

    package func setMemoryLimit(_ bytes: Int?) throws(PageHeapError) {
        throw .invalidConfiguration("a scripted heap has no limit of its own")
    }

    package func releaseFreeMemory() -> Int {
        state.withLock { $0.releases += 1 }
        return 4096
    }
}
