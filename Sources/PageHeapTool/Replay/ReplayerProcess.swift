import CPageHeapReplay
import Glibc
import SystemPackage

/// A running `pageheap-replayer`.
final class ReplayerProcess {
    private let process: pid_t
    /// Where events are written to; -1 once all have been.
    private var events: Int32
    private let results: Int32
    private(set) var isStopped = false
    /// How it ended, in words.
    private(set) var ending = "it was not waited for"
    private var isReaped = false

    init(_ program: ReplayerProgram, _ allocator: ComparedAllocator) throws(ToolError) {
        guard let input = PrivatePipe() else { throw Self.refusal(program) }
        guard let output = PrivatePipe() else {
            let refusal = Self.refusal(program)
            close(input.reader)
            close(input.writer)
            throw refusal
        }
        defer {
            close(input.reader)
            close(output.writer)
        }
        let variables = ChildEnvironment(
            from: program.environment.setting(allocator.settings), libraries: allocator.library.map { [$0.path] } ?? [],
            statisticsFolder: nil
        ).variables
        let words = [
            LauncherFinder.replayerName, "\(program.speed)", "\(Int((program.idle * 1000).rounded()))",
        ]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.reader, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output.writer, STDOUT_FILENO)
        var child: pid_t = 0
        // It inherits the signals that the tool has blocked: ^C is for the tool, which then ends it.
        let error = program.path.withPlatformString { path in
            RawStrings(words).withPointers { arguments in
                variables.withPointers { posix_spawn(&child, path, &actions, nil, arguments, $0) }
            }
        }
        process = child
        events = input.writer
        results = output.reader
        guard error == 0 else {
            isReaped = true
            throw ToolError(.notExecutable, "cannot run '\(program.path)': \(Errno(rawValue: error))")
        }
        _ = fcntl(events, F_SETFL, O_NONBLOCK)
    }

    private static func refusal(_ program: ReplayerProgram) -> ToolError {
        ToolError(.notExecutable, "cannot start \(program.path): \(Errno(rawValue: errno))")
    }

    deinit {
        if events >= 0 { close(events) }
        close(results)
        if !isReaped { end() }
    }

    /// Hands events over.
    ///
    /// - Parameter shouldStop: asked while the program is busy; if it returns true, the program is ended.
    /// - Returns: false if the program takes no more.
    func write(_ stream: [pageheap_replay_event], shouldStop: () -> Bool) -> Bool {
        stream.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(events, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count < 0 && errno == EAGAIN {
                    if stopIfAsked(shouldStop) { return false }
                    Self.wait(for: events, POLLOUT)
                } else if errno != EINTR {
                    return false
                }
            }
            return !stopIfAsked(shouldStop)
        }
    }

    /// Says that there are no more events, and waits for the result. Returns nil if there is none.
    func finish(shouldStop: () -> Bool) -> pageheap_replay_result? {
        close(events)
        events = -1
        var result = pageheap_replay_result()
        let size = MemoryLayout<pageheap_replay_result>.size
        var filled = 0
        while filled < size {
            if stopIfAsked(shouldStop) { return nil }
            if !Self.wait(for: results, POLLIN) { continue }
            let count = withUnsafeMutableBytes(of: &result) { bytes in
                read(results, bytes.baseAddress.map { $0 + filled }, size - filled)
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            filled += count
        }
        reap()
        return filled == size ? result : nil
    }

    private func stopIfAsked(_ shouldStop: () -> Bool) -> Bool {
        guard shouldStop() else { return false }
        isStopped = true
        end()
        return true
    }

    /// Waits at most a fifth of a second. Returns false if nothing has happened.
    @discardableResult
    private static func wait(for descriptor: Int32, _ what: Int32) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(what), revents: 0)
        return poll(&request, 1, 200) > 0
    }

    private func end() {
        kill(process, SIGKILL)
        reap()
    }

    private func reap() {
        if isReaped { return }
        isReaped = true
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        ending = ProcessEnding(waitStatus: status).description
    }
}
