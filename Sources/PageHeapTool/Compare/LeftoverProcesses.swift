import Glibc

/// Ends processes that a run has left behind, because the next run would count their memory and time.
enum LeftoverProcesses {
    /// How long to wait after each signal, in steps of `stepMicroseconds`.
    private static let steps = 200
    private static let stepMicroseconds: UInt32 = 5000

    /// Asks the processes to end, kills those that do not, and reaps them.
    ///
    /// - Parameter inherited: processes that were there before the first run, which are left alone.
    static func end(without inherited: Set<Int32>) {
        for signal in [SIGTERM, SIGKILL] {
            var asked: Set<Int32> = []
            for _ in 0..<steps {
                reap()
                let living = ProcessTree.descendants(of: getpid(), without: inherited)
                if living.isEmpty { return }
                for process in living where asked.insert(process).inserted { kill(process, signal) }
                usleep(stepMicroseconds)
            }
        }
    }

    private static func reap() {
        var status: Int32 = 0
        while true {
            let process = waitpid(-1, &status, WNOHANG)
            if process > 0 || process < 0 && errno == EINTR { continue }
            return
        }
    }
}
