import Foundation
import Glibc

/// Runs a program under several allocators in turn: in each round once under each, and each round begins with another
/// one, so that what changes on the machine meanwhile falls on all alike.
struct CompareSession: Sendable {
    let allocators: [ComparedAllocator]
    let rounds: Int
    /// How to run it under one of them.
    let session: @Sendable (ComparedAllocator) -> RunSession
    let input: RepeatableInput
    /// nil for silence.
    let progress: CompareProgress?

    /// Why it ended early.
    enum Stop: Hashable, Sendable {
        case signal(Int32)
        case failure(ToolError)

        /// The code that the tool ends with.
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
        // Where the tool itself was started with SIGCHLD ignored, no exit codes could be had.
        signal(SIGCHLD, SIG_DFL)
        let blockedBefore = Supervisor.signals.block()
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
                LeftoverProcesses.end()
                if let request = result.endRequest {
                    // What was cut off is no measurement.
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

    /// Which allocator comes when: rounds from 1 on, allocators by index.
    static func order(allocators: Int, rounds: Int) -> [(round: Int, allocator: Int)] {
        (0..<rounds).flatMap { round in
            (0..<allocators).map { (round + 1, (round + $0) % allocators) }
        }
    }

    private func say(_ text: String?) {
        if let text, !text.isEmpty { StandardError.write(text) }
    }

    /// A signal that came between two runs.
    private func pendingEndRequest() -> Int32? {
        while let arrival = Supervisor.signals.wait(atMost: .zero) {
            if SignalSet.endRequests.contains(arrival.signal) { return arrival.signal }
        }
        return nil
    }
}
