import FoundationEssentials
import Glibc

/// Runs a program under several allocators in turn. Each round runs it once under each allocator, and begins with a
/// different one, so that changes on the machine affect all allocators alike.
struct CompareSession: Sendable {
    let allocators: [ComparedAllocator]
    let rounds: Int
    /// Makes the session of one run under an allocator.
    let session: @Sendable (ComparedAllocator) -> RunSession
    let input: RepeatableInput
    /// nil for no progress messages.
    let progress: CompareProgress?

    /// The reason why a comparison ended early.
    enum Stop: Hashable, Sendable {
        case signal(Int32)
        case failure(ToolError)

        /// The tool's exit code.
        var exitCode: Int32 {
            switch self {
            case .signal(let signal): ProcessEnding.killed(signal: signal).exitCode
            case .failure(let error): error.status.rawValue
            }
        }

        var description: String {
            switch self {
            case .signal(let signal): "ended by \(ProcessEnding.name(of: signal))"
            case .failure(let error): error.message
            }
        }
    }

    /// The runs of each allocator, in the allocators' order.
    struct Outcome: Sendable {
        var runs: [[CompareRun]]
        var stop: Stop?
    }

    func run() -> Outcome {
        SignalSet.expectChildren()
        let blockedBefore = Supervisor.signalsBlockedAtStart
        let inherited = Set(ProcessTree.descendants(of: getpid()))
        var outcome = Outcome(runs: allocators.map { _ in [] })
        let clock = SuspendingClock()
        let start = clock.now
        var done = 0
        for (round, index) in Self.order(allocators: allocators.count, rounds: rounds) {
            if let request = pendingEndRequest() { outcome.stop = .signal(request) }
            if outcome.stop != nil { break }
            let name = allocators[index].name
            say(progress?.before(name, done: done, elapsed: start.duration(to: clock.now).inSeconds))
            input.rewind()
            do {
                let result = try session(allocators[index]).run(signalsBlockedBefore: blockedBefore)
                LeftoverProcesses.end(without: inherited)
                if let request = result.endRequest {
                    // A run that was cut off does not count.
                    outcome.stop = .signal(request)
                    break
                }
                let run = CompareRun(result, round: round)
                done += 1
                outcome.runs[index].append(run)
                say(progress?.after(name, run, done: done))
            } catch {
                outcome.stop = .failure(error)
            }
        }
        say(progress?.end)
        return outcome
    }

    /// Returns the order of the runs: the number of the round, from 1, and the index of the allocator.
    static func order(allocators: Int, rounds: Int) -> [(round: Int, allocator: Int)] {
        (0..<rounds).flatMap { round in
            (0..<allocators).map { (round + 1, (round + $0) % allocators) }
        }
    }

    private func say(_ text: String?) {
        if let text, !text.isEmpty { StandardError.write(text) }
    }

    /// Returns a request to end that arrived between two runs.
    private func pendingEndRequest() -> Int32? {
        while let arrival = Supervisor.signals.wait(atMost: .zero) {
            if SignalSet.endRequests.contains(arrival.signal) { return arrival.signal }
        }
        return nil
    }
}
