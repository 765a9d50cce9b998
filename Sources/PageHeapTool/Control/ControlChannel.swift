import CPageHeap
import Glibc
import SystemPackage

/// Requests to a process that serves them (`pageheap_control.h`), one at a time.
struct ControlChannel: ~Copyable {
    let process: Int32
    let file: ControlFile
    private let identity: ProcessIdentity
    /// How long to wait until the process begins to serve a request, in seconds.
    private let patience: Double
    /// How much longer to wait once it has begun.
    private let serviceSeconds: Double
    /// Whether a signal ends the wait. If not, another thread takes the signals.
    private let heedsSignals: Bool

    /// Seconds between two looks of a process for requests, and some more.
    private static let lookSeconds = 0.15

    private static let place = MemoryLayout<pageheap_statistics_page>.offset(of: \.control) ?? 0

    /// Opens the channel to a process.
    ///
    /// - Parameters:
    ///   - process: its identifier.
    ///   - patience: how long to wait until it begins to serve a request, in seconds.
    ///   - serviceSeconds: how much longer to wait once it has begun.
    ///   - heedsSignals: whether a signal ends the wait; false in a tool of which another thread takes the signals.
    init(
        to process: Int32, patience: Double = 5, serviceSeconds: Double = 60, heedsSignals: Bool = true
    ) throws(ToolError) {
        let identity = try ProcessIdentity(ofProgram: process)
        // A limit on files is an error of a call, not the end of the command.
        signal(SIGXFSZ, SIG_IGN)
        let file = try Self.open(process)
        try Self.check(file, process)
        try Self.lock(file, process, patience)
        self.file = file
        self.process = process
        self.identity = identity
        self.patience = patience
        self.serviceSeconds = serviceSeconds
        self.heedsSignals = heedsSignals
    }

    private static func open(_ process: Int32) throws(ToolError) -> ControlFile {
        let page = try PublishedPage.of(process)
        do {
            return ControlFile(taking: try page.open(O_RDWR))
        } catch {
            let cause =
                if case .unreadable(let error) = error { "\(error); only its own user and root may ask" } else {
                    "its page of figures was replaced by another file"
                }
            throw ToolError(.noInput, "nothing can be asked of process \(process): \(cause)")
        }
    }

    private static func check(_ file: borrowing ControlFile, _ process: Int32) throws(ToolError) {
        guard let bytes = file.bytes, bytes >= MemoryLayout<pageheap_statistics_page>.size,
            let magic = file.read(UInt64(0), at: 0), magic == StatisticsPage.magic,
            let version = file.read(UInt32(0), at: 8)
        else {
            throw ToolError(
                .noInput, "the figures of process \(process) cannot be read: the file is no page of figures")
        }
        if version != UInt32(PAGEHEAP_STATISTICS_VERSION) {
            throw ToolError(
                .noInput,
                "the figures of process \(process) are of version \(version); use the command that was built with the "
                    + "process's library")
        }
        if file.read(pageheap_control(), at: place)?.is_allowed != 1 { throw refusal(of: process) }
    }

    /// Waits for the lock, which other commands hold while they ask.
    private static func lock(_ file: borrowing ControlFile, _ process: Int32, _ patience: Double) throws(ToolError) {
        var waited = 0.0
        while !file.lock() {
            if waited >= patience {
                throw ToolError(.unavailable, "another command is asking something of process \(process); try again")
            }
            usleep(5000)
            waited += 0.005
        }
    }

    private static func refusal(of process: Int32) -> ToolError {
        ToolError(
            .noInput,
            "process \(process) serves no requests; start it with PAGEHEAP_CONTROL=1 beside "
                + "\(ChildEnvironment.statisticsVariable)")
    }

    func control() -> pageheap_control? { file.read(pageheap_control(), at: Self.place) }

    private func word(_ member: PartialKeyPath<pageheap_control>) -> Int {
        Self.place + (MemoryLayout<pageheap_control>.offset(of: member) ?? 0)
    }

    // MARK: Asking

    /// Asks something of the process, and waits for the answer.
    ///
    /// - Returns: the answer, and the error.
    func ask(
        _ command: pageheap_control_command, _ argument: UInt64 = 0
    ) throws(ToolError) -> (answer: UInt64, error: pageheap_control_error) {
        var waits = 0
        while try !takeBackOlder(), waits < 200 {
            usleep(5000)
            waits += 1
        }
        // A signal ends the command only once the request is answered or taken back.
        let blocked = heedsSignals ? Self.signals.block() : nil
        defer { blocked?.restore() }
        let number = try post(command, argument)
        var waited = 0.0
        while true {
            let progress = try progress(of: number)
            if case .answered(let answer, let error) = progress { return (answer, error) }
            let signal = waitForSignal()
            waited += 0.005
            let mostSeconds = patience + (progress == .begun ? serviceSeconds : 0)
            if signal == nil && waited < mostSeconds { continue }
            let isTakenBack = try takeBack(number)
            if let signal { kill(getpid(), signal) }
            if isTakenBack { throw unanswered() }
            if signal != nil || waited >= mostSeconds { throw unfinished() }
        }
    }

    /// Asks something of the process, and does not wait.
    ///
    /// - Returns: the number of the request.
    func post(_ command: pageheap_control_command, _ argument: UInt64) throws(ToolError) -> UInt32 {
        guard let before = control() else { throw gone() }
        var number = max(before.begun, before.answered) &+ 1
        while number == 0 || number == before.begun || number == before.answered { number &+= 1 }
        guard file.write(command.rawValue, at: word(\.command)), file.write(argument, at: word(\.argument)),
            file.write(number, at: word(\.asked))
        else { throw gone() }
        return number
    }

    /// How far a request is.
    enum Progress: Equatable, Sendable {
        /// The process has not looked at it.
        case waiting
        case begun
        case answered(UInt64, pageheap_control_error)
    }

    func progress(of number: UInt32) throws(ToolError) -> Progress {
        guard let now = control() else { throw gone() }
        if now.answered == number { return .answered(now.answer, pageheap_control_error(now.error)) }
        if ProcessIdentity(of: process) != identity { throw gone() }
        return now.begun == number ? .begun : .waiting
    }

    /// Waits for 5 ms. Returns a signal that came meanwhile, and that ends the command.
    private func waitForSignal() -> Int32? {
        if heedsSignals { return Self.signals.wait(atMost: .milliseconds(5))?.signal }
        usleep(5000)
        return nil
    }

    /// The signals that end the command.
    private static let signals = SignalSet([SIGINT, SIGTERM, SIGHUP, SIGQUIT])

    /// Takes a request back. Returns false if the process has begun to serve it.
    func takeBack(_ number: UInt32) throws(ToolError) -> Bool {
        guard file.write(UInt32(0), at: word(\.asked)), let after = control() else { throw gone() }
        return after.begun != number
    }

    /// Takes back what a command that was killed has asked.
    ///
    /// - Returns: whether the process is serving nothing now.
    func takeBackOlder() throws(ToolError) -> Bool {
        guard file.write(UInt32(0), at: word(\.asked)), let now = control() else { throw gone() }
        return now.begun == now.answered
    }

    private func unfinished() -> ToolError {
        ToolError(
            .unavailable, "process \(process) has begun to serve the request, and has not finished; it may still do so")
    }

    /// Why a request cannot be written or an answer cannot be read.
    func gone() -> ToolError {
        if errno == EFBIG, ProcessIdentity(of: process) == identity {
            return ToolError(
                .inputOutput,
                "nothing can be asked of process \(process): \(Errno(rawValue: EFBIG)); 'ulimit -f' forbids it")
        }
        return ToolError(.noInput, "process \(process) ended, or executed another program, before it answered")
    }

    /// - Parameter seconds: how long was waited; nil for the channel's patience.
    func unanswered(after seconds: Double? = nil) -> ToolError {
        let waited = seconds ?? patience
        let state = FileReading.beginning(of: "/proc/\(process)/stat").flatMap(ProcessStat.init)?.state
        let cause =
            switch state {
            case UInt8(ascii: "T"), UInt8(ascii: "t"): "it is stopped"
            case UInt8(ascii: "D"): "it waits for a device"
            case _ where waited < Self.lookSeconds: "its heap looks for requests ten times a second"
            default: "it has no thread of the heap, and has not allocated meanwhile"
            }
        return ToolError(
            .unavailable,
            "process \(process) has not answered within \(TimeText.describe(seconds: waited)): \(cause); the request was "
                + "taken back")
    }
}
