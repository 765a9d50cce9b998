import Glibc
import SystemPackage

/// Starts a program as the shell would have started it in the tool's place.
///
/// `posix_spawn` and not swift-subprocess: all file descriptors have to pass through as they are, the process group and
/// with it the terminal must stay, and `wait4` has to give the resource use. The library offers none of the three.
enum ChildProcess {
    /// - Parameters:
    ///   - path: the file to execute.
    ///   - signalsBlocked: the set that was blocked when the tool itself was started.
    ///   - streams: where its standard input, output and error lead.
    /// - Returns: the process identifier.
    static func start(
        _ path: FilePath, arguments: RawStrings, environment: RawStrings, signalsBlocked: SignalSet,
        streams: ProgramStreams = .inherited
    ) throws(ToolError) -> pid_t {
        let (process, result) = spawn(path, arguments, environment, signalsBlocked, streams)
        if result == 0 { return process }
        if result == ENOEXEC {
            // A script without `#!`: shells, env and execvp give it to the shell.
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
