import Glibc
import PageHeapReplay
import SystemPackage

/// Shows a run while it lasts: on a terminal as a view, with what the program writes kept until that is closed, otherwise as
/// lines on standard error.
final class LiveView: RunObserver, Sendable {
    private enum Form: Sendable {
        case screen(Int32, HeldOutput)
        case lines
    }

    private let form: Form
    private let name: String
    private let samples = LiveSamples()

    /// A program that ends earlier, in seconds, is not worth another screen.
    private static let firstLook = 0.1
    /// Seconds between two lines.
    private static let lineInterval = 1.0
    private static let signals = SignalSet([SIGTSTP, SIGWINCH])

    init(of program: PreparedProgram) throws(ToolError) {
        name = program.name
        let screen = [STDERR_FILENO, STDOUT_FILENO].first { isatty($0) == 1 }
        if let screen, program.variables["TERM"] != "dumb" {
            // What the program writes may be more than fits into memory.
            let folders = program.temporaryFolders.dropFirst() + program.temporaryFolders.prefix(1)
            form = .screen(screen, try HeldOutput(in: Array(folders), insteadOf: screen))
        } else {
            form = .lines
        }
    }

    /// Whether there are size classes in the view, which processes have to be asked for.
    var asksProcesses: Bool { if case .screen = form { true } else { false } }

    /// The streams of the program: none leads to the terminal that the view has.
    var streams: ProgramStreams {
        guard case .screen(_, let held) = form else { return .inherited }
        return ProgramStreams(
            input: isatty(STDIN_FILENO) == 1 ? .nowhere : .inherited,
            output: isatty(STDOUT_FILENO) == 1 ? .file(held.descriptor) : .inherited,
            errors: isatty(STDERR_FILENO) == 1 ? .file(held.descriptor) : .inherited)
    }

    // MARK: The supervisor's side

    /// Begins, before the program is started. The view appears when there is something to show.
    func begin() throws(ToolError) {
        var isReady = true
        if case .screen(_, let held) = form {
            _ = Self.signals.block()
            isReady = held.keep()
        }
        if isReady, DetachedThread.start({ self.show() }) { return }
        throw ToolError(.unavailable, "there is no thread for the live view; leave out --live")
    }

    func sampled(_ sampler: MemorySampler) { samples.note(sampler) }

    /// Ends the view, and waits until the terminal is as it was and shows what the program wrote. A signal cuts that short; a
    /// second one ends the wait for a terminal that takes nothing.
    func end() {
        samples.end()
        let requests = SignalSet(Array(SignalSet.endRequests))
        while !samples.isClosed {
            if requests.wait(atMost: .milliseconds(5)) == nil { continue }
            if samples.isCut { return }
            samples.cut()
        }
    }

    // MARK: The view's side

    private func show() {
        while !samples.isOver, samples.latest.map({ $0.sample.seconds < Self.firstLook }) ?? true { usleep(5000) }
        switch form {
        case .lines: writeLines()
        case .screen(let screen, let held):
            if !samples.isOver { view(on: screen, held) }
            passOn(held)
        }
        samples.close()
    }

    private func view(on screen: Int32, _ held: HeldOutput) {
        let keys = isatty(STDIN_FILENO) == 1 ? STDIN_FILENO : screen
        var view = TopView(
            LiveSource(samples, held, name: name), place: TopPlace(screen: screen, keys: keys, hasSignalKeys: true),
            signals: Self.signals)
        let end = view.run()
        if samples.isOver { return }
        if held.isFull {
            StandardError.say(
                "the view is closed: what the program writes can no longer be kept, because the folder for temporary files is "
                    + "full; the program goes on, and ^C ends it")
        } else if case .asked = end {
            StandardError.say("the view is closed; the program goes on, and ^C ends it")
        }
    }

    /// Shows what the program has written, and what it still writes. From here on, the terminal can stop the command as usual.
    private func passOn(_ held: HeldOutput) {
        Self.signals.unblock()
        let rest = held.show(isOver: { samples.isOver }, until: { samples.isCut })
        if samples.isCut, rest > 0 {
            StandardError.write("\n")
            StandardError.say("what the program wrote last, \(ByteCount(UInt64(rest))), is not shown")
        }
    }

    private func writeLines() {
        StandardError.write(TopLines.head)
        var due = 0.0
        while !samples.isOver {
            if let latest = samples.latest, latest.sample.seconds >= due {
                StandardError.write(TopLines.line(LiveSource.reading(latest, name: name)))
                due = latest.sample.seconds + Self.lineInterval
            }
            usleep(20_000)
        }
    }
}
