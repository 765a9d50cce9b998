import Foundation

/// Runs something in a child of the test process, for what may stop the process.
///
/// A fork of a process with several threads: for use by hand, in a run of one test (`--no-parallel --filter`).
enum ChildRun {
    /// Whether `body` answers true in a child, and the child survives it.
    ///
    /// - Parameter isQuiet: what the child writes on standard error is dropped.
    static func succeeds(isQuiet: Bool = true, _ body: () -> Bool) -> Bool {
        typealias Fork = @convention(c) () -> Int32
        // Swift does not offer it, for good reasons, none of which holds here.
        guard let symbol = dlsym(nil, "fork") else { return body() }
        let child = unsafeBitCast(symbol, to: Fork.self)()
        if child == 0 {
            // No backtrace of what is expected to stop.
            for number in [SIGABRT, SIGSEGV, SIGILL, SIGTRAP, SIGBUS] { signal(number, SIG_DFL) }
            if isQuiet { close(2) }
            _exit(body() ? 0 : 1)
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status == 0
    }
}
