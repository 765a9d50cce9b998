import ArgumentParser
import FoundationEssentials
import SystemPackage

/// `pageheap stats`: one snapshot of a process that runs.
struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Shows the figures of a running process's heap.",
        discussion: """
            The process must run on PageHeap and publish its figures: it does if it was started by 'pageheap run', or with \
            PAGEHEAP_STATISTICS_DIRECTORY set to a folder that it can write to. It may be in a container. Nothing is asked \
            of the process, so it is not disturbed, and one that hangs is shown as well. A heap publishes whenever pages are taken, \
            given back or released, and its worker looks at it; so while nothing happens, its age stands still. Resident memory \
            is of now.

            Documentation/figures.md, below share/doc/pageheap if installed, explains each figure. In short, --prometheus \
            does, too.

            A process removes its file when it ends, unless it is killed or calls _exit. What such processes have left in a \
            folder, one in 64 that start there removes, and --remove-ended at once, except those of other containers.

            EXAMPLES
              mkdir -p /run/pageheap
              export PAGEHEAP_STATISTICS_DIRECTORY=/run/pageheap
              LD_PRELOAD=…/libpageheapmalloc.so ./server &
              pageheap stats $!
              pageheap stats --json 4711 | jq .heap.live_bytes
              pageheap stats --prometheus 4711 > /var/lib/node_exporter/server.prom
              pageheap stats --remove-ended /run/pageheap

            EXIT CODES
              0    the figures are shown, or the files are removed
              64   usage error
              66   there is no such process, it publishes no figures, or they
                   cannot be read; there is no such folder
              74   a file cannot be removed
            """)

    @Argument(help: "The process's identifier.", completion: WordCompletion.process)
    var pid: Int32?

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print Prometheus's text format.")
    var prometheus = false

    @Option(
        help: ArgumentHelp("Remove the files of ended processes from this folder.", valueName: "folder"),
        completion: .directory)
    var removeEnded: String?

    mutating func validate() throws {
        if let removeEnded {
            if pid != nil || json || prometheus {
                throw ValidationError("--remove-ended shows no process; leave the others out")
            }
            if removeEnded.isEmpty { throw ValidationError("--remove-ended needs a folder") }
            return
        }
        guard let pid else { throw ValidationError("name the process by its identifier, as in 'pageheap stats 4711'") }
        if pid <= 0 { throw ValidationError("\(pid) is not the identifier of a process") }
        if json && prometheus { throw ValidationError("--json and --prometheus are two formats; choose one") }
    }

    mutating func run() throws {
        if let removeEnded {
            return try StandardOutput.write(try EndedPages(removedFrom: FilePath(removeEnded)).text + "\n")
        }
        guard let pid else { preconditionFailure("a process is required") }
        let snapshot = try ProcessSnapshot(of: pid)
        if json { return try StandardOutput.write(String(decoding: try snapshot.json(), as: UTF8.self)) }
        if prometheus { return try StandardOutput.write(PrometheusText(snapshot).text()) }
        let style = TerminalStyle.ofStandardOutput(ProcessInfo.processInfo.environment)
        try StandardOutput.write(SnapshotText(snapshot: snapshot, style: style).text())
    }
}
