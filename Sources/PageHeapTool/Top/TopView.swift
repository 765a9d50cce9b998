import FoundationEssentials
import Glibc

/// The live view on a terminal: it draws, waits for keys and signals, and leaves the terminal as it was.
struct TopView: ~Copyable {
    private var session: TopSession
    /// The looks that are left; nil for as long as the process lives.
    private var looksLeft: Int?
    private var order = TopOrder.bytes
    private var isPaused = false
    private var message: String?
    private var due = 0.0

    init(_ session: consuming TopSession, looks: Int?) {
        self.session = session
        looksLeft = looks
    }

    /// How the view ended.
    enum End: Hashable, Sendable {
        case asked
        case signal(Int32)
        /// The process ended, or cannot be looked at any more.
        case process(ToolError)
    }

    /// Shows the process until the view is quit, a signal comes, or the process ends.
    mutating func run() -> End {
        let terminal = TopTerminal()
        var events = TopEvents(hasKeys: isatty(STDIN_FILENO) == 1)
        while true {
            if !isPaused && session.seconds >= due {
                do throws(ToolError) { try session.look() } catch { return .process(error) }
                due = session.seconds + session.interval
                if let left = looksLeft {
                    if left <= 1 { return draw(terminal) ? .asked : .signal(SIGHUP) }
                    looksLeft = left - 1
                }
            }
            if !draw(terminal) { return .signal(SIGHUP) }
            for event in events.next(atMost: isPaused ? 3600 : due - session.seconds) {
                if let end = take(event, terminal) { return end }
            }
        }
    }

    private func draw(_ terminal: borrowing TopTerminal) -> Bool {
        let style = TerminalStyle.ofStandardOutput(ProcessInfo.processInfo.environment)
        return terminal.draw(
            TopScreen(
                readings: session.readings, order: order, isPaused: isPaused, missing: session.missing,
                message: message, style: style, height: terminal.rows
            ).lines())
    }

    /// Does what an event asks for. Returns how the view ends, if it does.
    private mutating func take(_ event: TopEvents.Event, _ terminal: borrowing TopTerminal) -> End? {
        switch event {
        case .time, .noKeys, .signal(SIGWINCH): break
        case .signal(SIGTSTP): suspend(terminal)
        case .signal(let signal): return signal == SIGINT ? .asked : .signal(signal)
        case .key(let key):
            message = nil
            switch key {
            case .quit: return .asked
            case .pause: isPaused.toggle()
            case .sort: order = order.next
            case .redraw: break
            case .release:
                message = session.release()
                due = 0
            case .suspend: suspend(terminal)
            }
        }
        return nil
    }

    /// Stops the command, with the terminal as it was meanwhile.
    private func suspend(_ terminal: borrowing TopTerminal) {
        terminal.leave()
        kill(getpid(), SIGSTOP)
        terminal.enter()
    }
}
