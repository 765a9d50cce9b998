import ArgumentParser
import FoundationEssentials

/// `pageheap explain`: where all of a process's memory is, and why it is not less.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Accounts for all of a running process's resident memory.",
        discussion: """
            Says of each part how much it is, and what would change it: code, stacks, other mappings, blocks of the program, \
            free blocks in caches, free memory that shares pages with blocks in use, free pages that are kept, pages that huge \
            pages have made resident again. The parts add up to what the kernel counts, within one percent unless the program \
            changes fast.

            The process must run on PageHeap and publish its figures, as for 'pageheap stats'. Its heap's pages are told \
            apart if it serves requests: start it with PAGEHEAP_CONTROL=1 (see 'pageheap ctl --help'). Otherwise the heap is \
            among the other anonymous mappings.

            EXAMPLES
              pageheap explain 4711
              pageheap explain --json 4711 | jq '.parts[] | {kind, bytes}'

            EXIT CODES
              0    the account is shown; of a process that does not answer,
                   without its heap's pages
              64   usage error
              66   there is no such process, it publishes no figures, or it
                   cannot be looked at
            """)

    @Argument(help: "The process's identifier.", completion: WordCompletion.process)
    var pid: Int32

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print Prometheus's text format.")
    var prometheus = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How long to wait for the process, in seconds.", valueName: "seconds"))
    var wait = 5.0

    mutating func validate() throws {
        if pid <= 0 { throw ValidationError("\(pid) is not the identifier of a process") }
        if json && prometheus { throw ValidationError("--json and --prometheus are two formats; choose one") }
        if !(wait >= 0 && wait <= 3600) { throw ValidationError("--wait takes 0 to 3600 seconds") }
    }

    mutating func run() throws {
        let reading = try MemoryReading.of(pid, patience: wait)
        if json { return try StandardOutput.write(String(decoding: try ExplainJSON(reading).bytes(), as: UTF8.self)) }
        if prometheus { return try StandardOutput.write(ExplainPrometheus(reading: reading).text()) }
        let style = TerminalStyle.ofStandardOutput(ProcessInfo.processInfo.environment)
        try StandardOutput.write(ExplainText(reading: reading, style: style).text())
    }
}
