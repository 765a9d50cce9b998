import Glibc

/// The stops of a program, in which the tool follows: a shell waits for the tool, and gets the terminal back only when that
/// stops, too.
struct JobStop: Sendable {
    private let program: pid_t
    /// The program's process group, if the terminal was that one's when the program stopped.
    private var terminalGroup: pid_t?

    init(of program: pid_t) { self.program = program }

    /// Stops the tool if the program is stopped. Returns once both go on, or if nobody is there who could continue the tool.
    ///
    /// A live view blocks the signal and takes it: it gives the terminal back first.
    mutating func follow() {
        // Blocked meanwhile, so that ^Z, which the terminal sends to both, stops the tool once.
        let before = SignalSet([SIGTSTP]).block()
        defer { before.restore() }
        guard let signal = stopSignal else { return }
        // The tool has been stopped, as by ^Z, and is continued: the program's turn is next.
        if SignalSet([SIGCONT]).wait(atMost: .zero) != nil { return goOn() }
        // Without a terminal, nobody waits for it back.
        guard let foreground = Self.withTerminal({ tcgetpgrp($0) }), isJob else { return }
        terminalGroup = foreground == ownGroup ? foreground : nil
        // What stops a program in the background with SIGSTOP, such as a limiter of CPU time, continues it as well.
        if signal == SIGSTOP && terminalGroup == nil && foreground != getpgrp() { return }
        kill(getpid(), SIGTSTP)
    }

    /// Continues the program if it is stopped, after the tool was continued.
    mutating func goOn() {
        guard stopSignal != nil else { return }
        if let group = terminalGroup {
            // In the background, as after `bg`, the tool has no terminal to give.
            _ = Self.withTerminal { if tcgetpgrp($0) == getpgrp() { tcsetpgrp($0, group) } }
        }
        terminalGroup = nil
        kill(ownGroup.map { -$0 } ?? program, SIGCONT)
    }

    /// Whether the tool's parent is a shell that made it a job, and so sees its stop and can continue it.
    private var isJob: Bool { getpgid(getppid()) != getpgrp() }

    /// The program's process group; nil if that is the tool's.
    private var ownGroup: pid_t? {
        let group = getpgid(program)
        return group > 0 && group != getpgrp() ? group : nil
    }

    /// The signal by which the program is stopped now; nil if it is not. The report of that is left where it is, so that it can be
    /// asked again.
    private var stopSignal: Int32? {
        var information = siginfo_t()
        guard waitid(P_PID, id_t(program), &information, WSTOPPED | WNOHANG | WNOWAIT) == 0, information.si_code != 0
        else {
            return nil
        }
        return information._sifields._sigchld.si_status
    }

    private static func withTerminal<Result>(_ body: (Int32) -> Result) -> Result? {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        if terminal < 0 { return nil }
        defer { close(terminal) }
        return body(terminal)
    }
}
