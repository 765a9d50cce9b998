import ArgumentParser
import FoundationEssentials
import Glibc

/// `pageheap top`: a live view of a process's memory.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows a running process's memory as it changes.",
        discussion: """
            Shows resident memory and what is in use as a curve, goal and limit, what was given back and was needed again, \
            caches, and the size classes. Without a process, it lists those on this host that publish their figures. If \
            standard output is no terminal, it writes a line for each look.

            The process must publish its figures, as for 'pageheap stats'. Size classes and releases need \
            PAGEHEAP_CONTROL=1, too: see 'pageheap ctl --help'.

            KEYS
              q       quit             space   pause, go on
              r       release now      s       sort size classes by the next column
              ^L      draw again       ^Z      stop; the view is back after 'fg'

            EXAMPLES
              pageheap top
              pageheap top 4711
              pageheap top --interval 0.2 --count 50 4711 > looks.txt

            EXIT CODES
              0    it was quit, or the process ended
              64   usage error
              66   there is no such process, or it publishes no figures
              74   standard output cannot be written to
              128 plus the signal's number if a signal ended it
            """)

    @Argument(help: "The process's identifier.", completion: WordCompletion.process)
    var pid: Int32?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Seconds between two looks, 0.1 to 3600.", valueName: "seconds"))
    var interval = 1.0

    @Option(parsing: .unconditional, help: ArgumentHelp("End after so many looks.", valueName: "looks"))
    var count: Int?

    mutating func validate() throws {
        if let pid, pid <= 0 { throw ValidationError("\(pid) is not the identifier of a process") }
        if !(interval >= 0.1 && interval <= 3600) { throw ValidationError("--interval takes 0.1 to 3600 seconds") }
        if let count, count < 1 { throw ValidationError("--count takes 1 or more") }
    }

    mutating func run() throws {
        guard let pid else { return try list() }
        // Before the view, so that what is wrong is said on an ordinary screen.
        _ = try ProcessSnapshot(of: pid)
        let isScreen = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        if isScreen { try show(pid) } else { try writeLines(pid) }
    }

    private func list() throws {
        let snapshots = TopTargets.all()
        if snapshots.isEmpty {
            throw ToolError(
                .noInput,
                "no process that may be looked at runs on PageHeap and publishes its figures; start one with "
                    + "\(ChildEnvironment.statisticsVariable)=FOLDER")
        }
        let style = TerminalStyle.ofStandardOutput(ProcessInfo.processInfo.environment)
        try StandardOutput.write(TopTargets.table(snapshots, style: style))
    }

    private func show(_ pid: Int32) throws {
        _ = TopEvents.all.block()
        var view = TopView(
            TopSession(pid, interval: interval), place: TopPlace(screen: STDOUT_FILENO, keys: STDIN_FILENO),
            signals: TopEvents.all, looks: count)
        switch view.run() {
        case .asked: return
        case .signal(let signal): throw ExitCode(128 + signal)
        case .over(let error): StandardError.say(error.message)
        }
    }

    private func writeLines(_ pid: Int32) throws {
        var session = TopSession(pid, interval: interval)
        try StandardOutput.write(TopLines.head)
        for look in 0..<(count ?? .max) {
            if look > 0 { usleep(UInt32(interval * 1e6)) }
            do throws(ToolError) {
                try session.look()
            } catch {
                return StandardError.say(error.message)
            }
            if let reading = session.reading { try StandardOutput.write(TopLines.line(reading)) }
        }
    }
}
