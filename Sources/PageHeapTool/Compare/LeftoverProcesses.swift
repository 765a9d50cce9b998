import Glibc

/// Processes that a run left behind. They are ended before the next run, whose memory and time they would be part of.
enum LeftoverProcesses {
    /// How long they have after being asked to end, in steps of `stepMicroseconds`.
    private static let steps = 200
    private static let stepMicroseconds: UInt32 = 5000

    /// Asks them to end, kills those that do not, and takes leave of them.
    static func end() {
        for signal in [SIGTERM, SIGKILL] {
            var asked: Set<Int32> = []
            for _ in 0..<steps {
                reap()
                let living = ProcessTree.descendants(of: getpid())
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
