import ArgumentParser
import CPageHeap
import CPageHeapInterface
import FoundationEssentials
import SystemPackage

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
              profile FILE         which calls allocated what is in use now, as
                                   'run --profile' writes it; the process must
                                   have PAGEHEAP_PROFILE_DIRECTORY

            The process must have been started with PAGEHEAP_CONTROL=1, and with PAGEHEAP_STATISTICS_DIRECTORY set to a \
            folder that it can write to; its heap then keeps a thread that looks for requests ten times a second. Only the \
            process's own user and root can ask.

            EXAMPLES
              mkdir -p /run/pageheap
              export PAGEHEAP_CONTROL=1 PAGEHEAP_STATISTICS_DIRECTORY=/run/pageheap
              LD_PRELOAD=…/libpageheapmalloc.so ./server &
              pageheap ctl $! release
              pageheap ctl $! limit 512M
              pageheap ctl $! profile heap.pb.gz

            EXIT CODES
              0    it is done
              64   usage error
              66   there is no such process, or it serves no requests
              69   it does not answer; then nothing has changed
            """)

    enum Action: String, ExpressibleByArgument, CaseIterable {
        case release, limit, trace, profile
        case hardLimit = "hard-limit"
    }

    @Argument(help: "The process's identifier.", completion: WordCompletion.process)
    var pid: Int32

    @Argument(help: "release, limit, hard-limit, trace or profile.")
    var action: Action

    @Argument(help: "The limit, the kind of trace, or the profile's file.", completion: WordCompletion.controlValue)
    var value: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait for the process, in seconds.", valueName: "seconds"))
    var wait = 5.0

    @Option(
        help: ArgumentHelp(
            "The process's folder for profiles, for one that has written its title over its environment.",
            valueName: "folder"), completion: .directory)
    var folder: String?

    @Flag(help: "Print JSON.")
    var json = false

    mutating func validate() throws {
        if pid <= 0 { throw ValidationError("\(pid) is not the identifier of a process") }
        if !(wait >= 0 && wait <= 3600) { throw ValidationError("--wait takes 0 to 3600 seconds") }
        _ = try request()
        if folder != nil && action != .profile { throw ValidationError("--folder is of profile") }
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
        case .profile:
            guard ProfileFormat(fileName: value ?? "") != nil else {
                throw ValidationError("profile takes \(ProfileFormat.accepted)")
            }
            return (PAGEHEAP_CONTROL_PROFILE, 0)
        }
    }

    private func limit() throws -> UInt64 {
        if value == "none" { return .max }
        guard let bytes = value.flatMap(ByteCount.init(parsing:)), bytes > .zero else {
            throw ValidationError("\(action.rawValue) takes bytes, such as 536870912, 512M or 2GiB, or none")
        }
        return bytes.rawValue
    }

    private func writeProfile(to name: String) throws {
        let output = try OutputFile(FilePath(name), purpose: "profile")
        let profile = try ControlChannel(to: pid, patience: wait).profile(in: folder.map { FilePath($0) })
        let bytes = ProfileFormat(fileName: name)?.bytes(of: HeapProfile([profile])) ?? []
        do {
            try output.finish(with: bytes)
        } catch {
            throw ToolError(.inputOutput, "cannot write the profile '\(name)': \(error)")
        }
        if json {
            let done = Done(process: pid, action: action.rawValue, isComplete: true)
            return try StandardOutput.write(String(decoding: try JSONText.bytes(of: done, .request), as: UTF8.self))
        }
        try StandardOutput.write("the profile is in \(name)\n")
    }

    private struct Done: Encodable {
        let process: Int32
        let action: String
        /// What release gave back.
        var returnedBytes: ByteCount?
        /// The new limit; nil if there is none now.
        var limitBytes: ByteCount?
        /// The kind of trace.
        var trace: String?
        let isComplete: Bool

        private enum CodingKeys: String, CodingKey {
            case process, action, returnedBytes, limitBytes, trace, isComplete
        }

        /// Encodes the answer. Every key is always there; absent values are null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(process, forKey: .process)
            try container.encode(action, forKey: .action)
            try container.encode(returnedBytes, forKey: .returnedBytes)
            try container.encode(limitBytes, forKey: .limitBytes)
            try container.encode(trace, forKey: .trace)
            try container.encode(isComplete, forKey: .isComplete)
        }
    }

    /// The hard limit, if that is lower than a limit: then it holds.
    private static func hardLimit(below limit: UInt64, of process: Int32) -> String {
        let held = try? ProcessSnapshot(of: process).heap.optionalBytes(\.hard_limit_bytes)
        guard let hard = held ?? nil, hard.rawValue < limit else { return "" }
        return "; the hard limit of \(hard) holds"
    }

    /// What a hard limit means for a process that holds more already.
    private static func remark(on limit: UInt64, of process: Int32) -> String {
        guard let held = try? ProcessSnapshot(of: process).heap.bytes(\.in_use_bytes), held.rawValue > limit else {
            return ""
        }
        return "; \(held) are in use, so allocations that need more pages are refused until some are free"
    }

    mutating func run() throws {
        let (command, argument) = try request()
        if action == .profile, let value { return try writeProfile(to: value) }
        let channel = try ControlChannel(to: pid, patience: wait)
        let (answer, error) = try channel.ask(command, argument)
        if error == PAGEHEAP_CONTROL_BAD_ARGUMENT {
            throw ToolError(.unavailable, "process \(pid) does not know this request; nothing has changed")
        }
        let isComplete = error == PAGEHEAP_CONTROL_SERVED_WELL
        if json {
            var done = Done(process: pid, action: action.rawValue, isComplete: isComplete)
            switch action {
            case .release: done.returnedBytes = ByteCount(answer)
            case .limit, .hardLimit: done.limitBytes = argument == .max ? nil : ByteCount(argument)
            case .trace: done.trace = value
            case .profile: break  // written above
            }
            return try StandardOutput.write(String(decoding: try JSONText.bytes(of: done, .request), as: UTF8.self))
        }
        let cut = isComplete ? "" : "; the heap's thread had to end before all was given back"
        let limit = argument == .max ? "none" : "\(ByteCount(argument))"
        switch action {
        case .release: try StandardOutput.write("\(ByteCount(answer)) of physical memory given back\(cut)\n")
        case .limit: try StandardOutput.write("the limit is \(limit)\(Self.hardLimit(below: argument, of: pid))\n")
        case .hardLimit: try StandardOutput.write("the hard limit is \(limit)\(Self.remark(on: argument, of: pid))\n")
        case .trace: try StandardOutput.write("the trace is \(value ?? "")\n")
        case .profile: break  // written above
        }
    }
}
