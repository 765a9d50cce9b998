import Synchronization

/// A lock for a simulated system's state. (Foundation's would bring all of Foundation, with its data of languages, into the
/// command.)
final class Lock: Sendable {
    private let mutex = Mutex(())
    /// Says the order of the calls to the thread sanitizer, which does not see what the standard library's mutex does.
    private let turns = Atomic<UInt64>(0)

    /// Calls `body` while no other thread does so.
    func withLock<Result>(_ body: () -> Result) -> Result {
        // The mutex would return only what can be sent to other threads.
        var result: Result?
        mutex.withLock { _ in
            let turn = turns.load(ordering: .acquiring)
            result = body()
            turns.store(turn &+ 1, ordering: .releasing)
        }
        return result.unsafelyUnwrapped
    }
}
