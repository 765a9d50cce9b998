import Glibc
import PageHeapReplay
import PageHeapTrace
import SystemPackage

/// Replays a trace under each policy in virtual time, then for real under each allocator.
struct ReplaySession {
    let trace: ReplayTrace
    let policies: [ReplayPolicy]
    let allocators: [ComparedAllocator]
    let replayer: ReplayerProgram?
    /// Seconds to go on after the last event.
    let idle: Double
    let stop: ReplayStop
    /// nil for no progress messages.
    var progress: ReplayProgress?

    /// What was done before the end, or before a signal.
    struct Outcome {
        var policies: [PolicyResult] = []
        var allocators: [AllocatorReplay] = []
        /// What was lost of the trace in the last pass.
        var losses: TraceLosses?
    }

    mutating func run() throws(ToolError) -> Outcome {
        var outcome = Outcome()
        var pass = 0
        for policy in policies where !stop.isAsked() {
            let events = try trace.events(pass: pass)
            var source = events
            pass += 1
            do {
                var result = try PolicyReplay(policy, idle: Int64(idle * 1e9)).run(&source) { count in
                    say("virtual time, \(policy.name)", count, events.part)
                    return stop.isAsked()
                }
                // A trace from a pipe also seems to end when the wait for it was given up.
                if stop.isAsked() { result.isComplete = false }
                outcome.policies.append(result)
                outcome.losses = events.losses
            } catch {
                throw ReplayTrace.failure(trace.path, error)
            }
        }
        for allocator in allocators where !stop.isAsked() {
            guard let replayer else { break }
            let events = try trace.events(pass: pass)
            var source = events
            pass += 1
            let result = try replayer.perform(&source, of: trace.path, under: allocator) { count in
                say("for real, \(allocator.name)", count, events.part)
                return stop.isAsked()
            }
            // A replay that was cut off says nothing of the others' trace.
            if let result { outcome.allocators.append(result) }
        }
        if let end = progress?.end, !end.isEmpty { StandardError.write(end) }
        return outcome
    }

    private mutating func say(_ what: String, _ events: UInt64, _ part: Double?) {
        if let text = progress?.text(what, events: events, part: part) { StandardError.write(text) }
    }
}
