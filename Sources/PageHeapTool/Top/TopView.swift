import FoundationEssentials
import Glibc

/// The live view on a terminal: it draws, waits for keys and signals, and leaves the terminal as it was.
struct TopView<Source: TopSource & ~Copyable>: ~Copyable {
    private var source: Source
    private let place: TopPlace
    private let signals: SignalSet
    /// The looks that are left; nil for as long as there is something to show.
    private var looksLeft: Int?
    private var order = TopOrder.bytes
    private var isPaused = false
    private var helpPage: Int?
    private var message: String?
    private var due = 0.0

    /// - Parameters:
    ///   - signals: those that the view takes, which are blocked already.
    ///   - looks: after how many looks the view ends; nil for as long as there is something to show.
    init(_ source: consuming Source, place: TopPlace, signals: SignalSet, looks: Int? = nil) {
        self.source = source
        self.place = place
        self.signals = signals
        looksLeft = looks
    }

    /// Shows the source until the view is quit, a signal comes, or there is nothing more to show.
    mutating func run() -> TopEnd {
        var terminal = TopTerminal(place)
        var events = TopEvents(signals, keys: place.keys)
        while true {
            if source.isOver || !isPaused && source.seconds >= due {
                do throws(ToolError) { try source.look() } catch { return .over(error) }
                due = source.seconds + source.interval
                if let left = looksLeft {
                    if left <= 1 { return draw(terminal) ? .asked : .signal(SIGHUP) }
                    looksLeft = left - 1
                }
            }
            terminal.take()
            if !draw(terminal) { return .signal(SIGHUP) }
            let happened = events.next(
                // In the background, the view looks now and then whether it has the terminal again.
                atMost: terminal.isTaken ? (isPaused ? 3600 : due - source.seconds) : 0.2,
                readsKeys: terminal.isTaken, isOver: { source.isOver })
            for event in happened {
                if let end = serve(event, &terminal) { return end }
            }
        }
    }

    /// Returns false if the terminal is gone.
    private func draw(_ terminal: borrowing TopTerminal) -> Bool {
        guard terminal.isTaken, let reading = source.reading else { return true }
        let style = TerminalStyle.of(place.screen, ProcessInfo.processInfo.environment)
        return terminal.draw(
            TopScreen(
                reading: reading, points: source.points, order: order, isPaused: isPaused, helpPage: helpPage,
                message: message,
                endingKeys: source.endingKeys, style: style, height: terminal.rows
            ).lines())
    }

    /// Does what an event asks for. Returns how the view ends, if it does.
    private mutating func serve(_ event: TopEvents.Event, _ terminal: inout TopTerminal) -> TopEnd? {
        switch event {
        case .time, .noKeys, .signal(SIGWINCH): break
        case .signal(SIGTSTP): suspend(&terminal)
        case .signal(let signal): return signal == SIGINT ? .asked : .signal(signal)
        case .key(let key):
            message = nil
            switch key {
            case .quit: return .asked
            case .pause: isPaused.toggle()
            case .sort: order = order.next
            case .redraw: break
            case .explain: turnHelp(terminal.rows)
            case .release:
                message = source.release()
                due = 0
            case .suspend: suspend(&terminal)
            }
        }
        return nil
    }

    /// Shows the help, its next page, or all else again.
    private mutating func turnHelp(_ rows: Int) {
        let width = TerminalStyle.of(place.screen, ProcessInfo.processInfo.environment).width
        let next = helpPage.map { $0 + 1 } ?? 0
        helpPage = next < TopLegend.pages(width: width, rows: rows).count ? next : nil
    }

    /// Stops the command, with the terminal as it was meanwhile.
    private func suspend(_ terminal: inout TopTerminal) {
        terminal.leave()
        // The usual stop, which the kernel leaves out if no shell is there that could continue the command. Of this thread: it
        // must not go on before the command stops.
        let stop = SignalSet([SIGTSTP])
        stop.unblock()
        raise(SIGTSTP)
        _ = stop.block()
    }
}

/// How a live view ended.
enum TopEnd: Hashable, Sendable {
    case asked
    case signal(Int32)
    /// There is nothing more to show.
    case over(ToolError)
}
