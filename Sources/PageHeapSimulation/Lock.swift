import Synchronization

/// A lock for a simulated system's state. (Foundation's would bring all of Foundation, with its data of languages, into the
/// command.)
final class Lock: Sendable {
    private let mutex = Mutex(())

    /// Calls `body` while no other thread does so.
    func withLock<Result>(_ body: () -> Result) -> Result {
        // The mutex would return only what can be sent to other threads.
        var result: Result?
        mutex.withLock { _ in result = body() }
        return result.unsafelyUnwrapped
    }
}
