#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A lock of the C library, which the thread sanitizer sees. (Foundation's would bring all of Foundation, with its data of
/// languages, into the command.)
final class Lock: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() {
        let error = pthread_mutex_init(mutex, nil)
        precondition(error == 0, "no lock can be made: error \(error)")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls `body` while no other thread does so.
    func withLock<Result>(_ body: () throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }
}
