import CPageHeapLaunch
import Glibc
import SystemPackage

/// A program that was started as the shell would have started it in place of the tool.
///
/// It uses `posix_spawn` instead of swift-subprocess, which does not offer what is needed here: the program
/// inherits all file descriptors, stays in the process group and so in the terminal's foreground, and its resource
/// use is available from `wait4`.
struct ChildProcess: Sendable {
    let identifier: pid_t
    /// The resident memory of the process that executed the program. The kernel's mark of the program's largest resident
    /// memory begins with that, so below it the mark says nothing.
    let residentFloor: ByteCount

    /// How much two of the kernel's marks of the same memory may differ, because it counts in batches per processor.
    private static let markTolerance = ByteCount(256 << 10)

    /// What is executed, and with what.
    struct Program: Sendable {
        var path: FilePath
        var arguments: RawStrings
        var environment: RawStrings
        /// The signals that were blocked when the tool itself was started.
        var signalsBlocked: SignalSet
        /// Those that were ignored then, of the signals that the program would not inherit as they were.
        var signalsIgnored = SignalSet.ignoredAtStart
        var streams = ProgramStreams.inherited
    }

    /// Starts a program.
    ///
    /// - Parameter launcher: the path of the launcher; nil to start the program from the tool itself, with whose
    ///   memory the kernel's mark then begins. The tool must adopt orphans (see ``ProcessAdoption``) if there is one.
    static func start(_ program: Program, launcher: FilePath?) throws(ToolError) -> ChildProcess {
        do {
            return try launch(program, launcher)
        } catch  where error.rawValue == ENOEXEC {
            // A script without `#!`: shells, env and execvp run it with the shell.
            var shell = program
            shell.path = "/bin/sh"
            shell.arguments = RawStrings(
                [Array("/bin/sh".utf8), program.path.bytes] + program.arguments.elements.dropFirst())
            do { return try launch(shell, launcher) } catch { throw Self.failure(error, program.path) }
        } catch {
            throw Self.failure(error, program.path)
        }
    }

    private static func failure(_ error: Errno, _ path: FilePath) -> ToolError {
        ToolError(error == .noSuchFileOrDirectory ? .notFound : .notExecutable, "cannot run '\(path)': \(error)")
    }

    private static func launch(_ program: Program, _ launcher: FilePath?) throws(Errno) -> ChildProcess {
        if let launcher, let child = try throughLauncher(program, launcher) { return child }
        let process = try spawn(program, passing: nil)
        return ChildProcess(
            identifier: process, residentFloor: ResidentMemory.ownHighWaterMark() + markTolerance)
    }

    // MARK: The launcher

    /// Starts a program through the launcher. Returns nil if the launcher itself cannot be started.
    private static func throughLauncher(_ program: Program, _ launcher: FilePath) throws(Errno) -> ChildProcess? {
        guard let pipe = ReportPipe() else { return nil }
        var words = [Array("pageheap-launcher".utf8), Array("\(pipe.writer)".utf8)]
        let ignored = String(program.signalsIgnored, radix: 16)
        words += [Array(program.signalsBlocked.hexadecimal.utf8), Array(ignored.utf8), program.path.bytes]
        var itself = program
        itself.path = launcher
        itself.arguments = RawStrings(words + program.arguments.elements)
        // The launcher takes the character away again: the variables, such as LD_PRELOAD, are not for itself.
        itself.environment = RawStrings(program.environment.elements.map { [UInt8(ascii: "_")] + $0 })
        guard let process = try? spawn(itself, passing: pipe.writer) else { return nil }
        pipe.closeWriter()
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        guard let first = pipe.next() else { return nil }
        guard first.error == 0 else { throw Errno(rawValue: first.error) }
        if let second = pipe.next() {
            // The child has ended, or will at once.
            while waitpid(second.process_identifier, &status, 0) < 0 && errno == EINTR {}
            throw Errno(rawValue: second.error)
        }
        let floor = ByteCount(UInt64(max(first.resident_kibibytes, 0)) * 1024)
        return ChildProcess(identifier: first.process_identifier, residentFloor: floor + markTolerance)
    }

    /// A pipe for the launcher's reports.
    private final class ReportPipe {
        private let reader: Int32
        private(set) var writer: Int32

        /// Creates a pipe; nil if the system refuses it.
        init?() {
            guard let pipe = PrivatePipe() else { return nil }
            (reader, writer) = (pipe.reader, pipe.writer)
        }

        func closeWriter() {
            Glibc.close(writer)
            writer = -1
        }

        /// Returns the next report; nil if the pipe was closed without one.
        func next() -> pageheap_launch_report? {
            var report = pageheap_launch_report()
            while true {
                let count = withUnsafeMutableBytes(of: &report) { Glibc.read(reader, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                return count == MemoryLayout<pageheap_launch_report>.size ? report : nil
            }
        }

        deinit {
            Glibc.close(reader)
            if writer >= 0 { Glibc.close(writer) }
        }
    }

    /// - Parameter descriptor: a descriptor that the new process gets besides those that it inherits.
    private static func spawn(_ program: Program, passing descriptor: Int32?) throws(Errno) -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var mask = program.signalsBlocked.set
        // The launcher blocks what the program is to have blocked at the end: a signal must not end it before.
        if descriptor != nil { sigfillset(&mask) }
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let streams = program.streams
        for (number, place) in [streams.input, streams.output, streams.errors].enumerated() {
            let (number, mode) = (Int32(number), number == STDIN_FILENO ? O_RDONLY : O_WRONLY)
            switch place {
            case .inherited: break
            case .nowhere: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", mode, 0)
            case .file(let file): posix_spawn_file_actions_adddup2(&actions, file, number)
            }
        }
        if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }
        var process: pid_t = 0
        let result = program.path.withPlatformString { path in
            program.arguments.withPointers { arguments in
                program.environment.withPointers { environment in
                    posix_spawn(&process, path, &actions, &attributes, arguments, environment)
                }
            }
        }
        if result != 0 { throw Errno(rawValue: result) }
        return process
    }
}
