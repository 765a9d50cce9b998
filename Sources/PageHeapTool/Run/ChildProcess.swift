import Glibc
import SystemPackage

/// Starts a program as the shell would have started it in place of the tool.
///
/// It uses `posix_spawn` instead of swift-subprocess, which does not offer what is needed here: the program
/// inherits all file descriptors, stays in the process group and so in the terminal's foreground, and its resource
/// use is available from `wait4`.
enum ChildProcess {
    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: the file to execute.
    ///   - signalsBlocked: the signals that were blocked when the tool itself was started.
    ///   - streams: the program's standard input, output and error.
    /// - Returns: the process identifier.
    static func start(
        _ path: FilePath, arguments: RawStrings, environment: RawStrings, signalsBlocked: SignalSet,
        streams: ProgramStreams = .inherited
    ) throws(ToolError) -> pid_t {
        let (process, result) = spawn(path, arguments, environment, signalsBlocked, streams)
        if result == 0 { return process }
        if result == ENOEXEC {
            // A script without `#!`: shells, env and execvp run it with the shell.
            let shell = RawStrings([Array("/bin/sh".utf8), path.bytes] + arguments.elements.dropFirst())
            let (process, result) = spawn("/bin/sh", shell, environment, signalsBlocked, streams)
            if result == 0 { return process }
        }
        throw ToolError(
            result == ENOENT ? .notFound : .notExecutable, "cannot run '\(path)': \(Errno(rawValue: result))")
    }

    private static func spawn(
        _ path: FilePath, _ arguments: RawStrings, _ environment: RawStrings, _ blocked: SignalSet,
        _ streams: ProgramStreams
    ) -> (process: pid_t, result: Int32) {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var mask = blocked.set
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let nowhere = "/dev/null"
        if !streams.readsInput {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, nowhere, O_RDONLY, 0)
        }
        if !streams.writesOutput {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, nowhere, O_WRONLY, 0)
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, nowhere, O_WRONLY, 0)
        }
        var process: pid_t = 0
        let result = path.withPlatformString { path in
            arguments.withPointers { arguments in
                environment.withPointers { environment in
                    posix_spawn(&process, path, &actions, &attributes, arguments, environment)
                }
            }
        }
        return (process, result)
    }
}
