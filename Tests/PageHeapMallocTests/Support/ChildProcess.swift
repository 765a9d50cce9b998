import Foundation
import TestSupport

/// A program that runs beside the test, by default with the malloc library preloaded.
///
/// Its standard input is a stream that ``end(within:)`` closes; its output goes to files, so that no child ever waits
/// for a reader.
final class ChildProcess {
    /// How a program ended, and what it wrote.
    struct Outcome: CustomStringConvertible {
        /// The exit code; nil if a signal ended the program.
        let code: Int32?
        let signal: Int32?
        let timedOut: Bool
        let output: String
        let errors: String

        var succeeded: Bool { code == 0 }
        var errorLines: [Substring] { errors.split(separator: "\n") }

        var description: String {
            let end = timedOut ? "timed out" : code.map { "exit code \($0)" } ?? "signal \(signal ?? 0)"
            return "\(end)\n--- output ---\n\(output.suffix(2000))\n--- errors ---\n\(errors.suffix(2000))"
        }
    }

    struct NotStarted: Error {
        let program: String
        let code: Int32
    }

    let identifier: pid_t
    private let files: TemporaryFolder
    private var inputEnd: Int32

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: its path, or its name in the folders of PATH.
    ///   - environment: added to the test's own environment, without the variables that the library reads.
    ///   - preload: the library to preload; nil for none.
    init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], preload: String?
    ) throws {
        files = try TemporaryFolder()
        var variables = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("PAGEHEAP_") && $0.key != "LD_PRELOAD"
        }
        variables.merge(environment) { $1 }
        variables["LD_PRELOAD"] = preload
        // Unlike the ends of an ordinary pipe, these are closed in all other children from the beginning.
        var ends: [Int32] = [0, 0]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw NotStarted(program: program, code: errno) }
        inputEnd = ends[1]
        defer { close(ends[0]) }
        let spawned = Spawn.start(
            program, arguments, variables, input: ends[0], output: files.file("output"), errors: files.file("errors"))
        guard case .success(let identifier) = spawned else {
            close(inputEnd)
            guard case .failure(let error) = spawned else { fatalError("neither success nor failure") }
            throw NotStarted(program: program, code: error.code)
        }
        self.identifier = identifier
    }

    deinit { if inputEnd >= 0 { close(inputEnd) } }

    /// What the program has written to standard output so far.
    var outputSoFar: String { files.text(of: "output") }

    /// Waits for the end of the program.
    ///
    /// - Parameter seconds: the time after which the program is killed; far more than any sound machine needs.
    func end(within seconds: Double = 100) -> Outcome {
        close(inputEnd)
        inputEnd = -1
        let deadline = Date(timeIntervalSinceNow: seconds)
        var status: Int32 = 0
        var timedOut = false
        var pause: UInt32 = 500
        while waitpid(identifier, &status, WNOHANG) == 0 {
            if !timedOut && Date() > deadline {
                timedOut = true
                kill(identifier, SIGKILL)
            }
            usleep(pause)
            pause = min(pause * 2, 20000)
        }
        let signal = status & 0x7f
        return Outcome(
            code: signal == 0 ? (status >> 8) & 0xff : nil, signal: signal == 0 ? nil : signal, timedOut: timedOut,
            output: files.text(of: "output"), errors: files.text(of: "errors"))
    }

    /// Runs a program to its end with the malloc library preloaded.
    static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> Outcome {
        try ChildProcess(program, arguments, environment: environment, preload: MallocLibrary.requirePath()).end()
    }

    /// Runs a program, such as a compiler, to its end without the malloc library.
    static func runTool(_ program: String, _ arguments: [String]) throws -> Outcome {
        try ChildProcess(program, arguments, preload: nil).end(within: 300)
    }
}
