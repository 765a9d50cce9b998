import ArgumentParser
import CPageHeap
import CPageHeapInterface
import FoundationEssentials

/// `pageheap ctl`: changes a process that runs.
struct CtlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ctl",
        abstract: "Asks something of a running process's heap.",
        discussion: """
            ACTIONS
              release              give all free memory back now; tells how much of
                                   it was physical memory
              limit SIZE|none      the soft limit: free memory goes back so that
                                   the heap keeps below it
              hard-limit SIZE|none the hard limit: beyond it, requests are refused
              trace off|text|json  whether the scavenger writes of its work on the
                                   process's standard error

            The process must have been started with PAGEHEAP_CONTROL=1, and with PAGEHEAP_STATISTICS_DIRECTORY set to a \
            folder that it can write to; its heap then keeps a thread that looks for requests ten times a second. Only the \
            process's own user and root can ask.

            EXAMPLES
              export PAGEHEAP_CONTROL=1 PAGEHEAP_STATISTICS_DIRECTORY=/run/pageheap
              LD_PRELOAD=…/libpageheapmalloc.so ./server &
              pageheap ctl $! release
              pageheap ctl $! limit 512M

            EXIT CODES
              0    it is done
              64   usage error
              66   there is no such process, or it serves no requests
              69   it does not answer; then nothing has changed
            """)

    enum Action: String, ExpressibleByArgument, CaseIterable {
        case release, limit, trace
        case hardLimit = "hard-limit"
    }

    @Argument(help: "The process's identifier.")
    var pid: Int32

    @Argument(help: "release, limit, hard-limit or trace.")
    var action: Action

    @Argument(help: "The limit, or the kind of trace.")
    var value: String?

    @Option(help: ArgumentHelp("How long to wait for the process, in seconds.", valueName: "seconds"))
    var wait = 5.0

    @Flag(help: "Print JSON.")
    var json = false

    mutating func validate() throws {
        if pid <= 0 { throw ValidationError("\(pid) is not the identifier of a process") }
        if !(wait >= 0 && wait <= 3600) { throw ValidationError("--wait takes 0 to 3600 seconds") }
        _ = try request()
    }

    private func request() throws -> (pageheap_control_command, UInt64) {
        switch action {
        case .release:
            if let value { throw ValidationError("release takes no value, but got '\(value)'") }
            return (PAGEHEAP_CONTROL_RELEASE, 0)
        case .limit: return (PAGEHEAP_CONTROL_MEMORY_LIMIT, try limit())
        case .hardLimit: return (PAGEHEAP_CONTROL_HARD_LIMIT, try limit())
        case .trace:
            guard let number = ["off", "text", "json"].firstIndex(of: value ?? "") else {
                throw ValidationError("trace takes off, text or json")
            }
            return (PAGEHEAP_CONTROL_TRACE, UInt64(number))
        }
    }

    private func limit() throws -> UInt64 {
        if value == "none" { return .max }
        guard let bytes = value.flatMap(ByteCount.init(parsing:)), bytes > .zero else {
            throw ValidationError("\(action.rawValue) takes bytes, such as 536870912, 512M or 2GiB, or none")
        }
        return bytes.rawValue
    }

    private struct Done: Encodable {
        let process: Int32
        let action: String
        let returnedBytes: ByteCount?
        let isComplete: Bool
    }

    mutating func run() throws {
        let (command, argument) = try request()
        let channel = try ControlChannel(to: pid, patience: wait)
        let (answer, error) = try channel.ask(command, argument)
        if error == PAGEHEAP_CONTROL_BAD_ARGUMENT {
            throw ToolError(.unavailable, "process \(pid) does not know this request; nothing has changed")
        }
        let isComplete = error == PAGEHEAP_CONTROL_SERVED_WELL
        if json {
            let done = Done(
                process: pid, action: action.rawValue, returnedBytes: action == .release ? ByteCount(answer) : nil,
                isComplete: isComplete)
            return try StandardOutput.write(String(decoding: try JSONText.bytes(of: done), as: UTF8.self))
        }
        let cut = isComplete ? "" : "; the heap's thread had to end before all was given back"
        let limit = argument == .max ? "none" : "\(ByteCount(argument))"
        switch action {
        case .release: try StandardOutput.write("\(ByteCount(answer)) of physical memory given back\(cut)\n")
        case .limit: try StandardOutput.write("the limit is \(limit)\n")
        case .hardLimit: try StandardOutput.write("the hard limit is \(limit)\n")
        case .trace: try StandardOutput.write("the trace is \(value ?? "")\n")
        }
    }
}
