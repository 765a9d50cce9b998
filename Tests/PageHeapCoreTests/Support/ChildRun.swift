import Foundation

/// Runs code that may stop the process in a child of the test process.
///
/// It forks a process that has several threads: for use by hand, in a run of one test (`--no-parallel --filter`).
enum ChildRun {
    /// Whether `body` returns true in a child, and the child survives it.
    ///
    /// - Parameter isQuiet: whether to drop what the child writes to standard error.
    static func succeeds(isQuiet: Bool = true, _ body: () -> Bool) -> Bool {
        typealias Fork = @convention(c) () -> Int32
        // Swift does not offer fork, for good reasons, none of which holds here.
        guard let symbol = dlsym(nil, "fork") else { return body() }
        let child = unsafeBitCast(symbol, to: Fork.self)()
        if child == 0 {
            // The child is expected to stop: no backtrace is wanted.
            for number in [SIGABRT, SIGSEGV, SIGILL, SIGTRAP, SIGBUS] { signal(number, SIG_DFL) }
            if isQuiet { close(2) }
            _exit(body() ? 0 : 1)
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status == 0
    }
}
