import ArgumentParser
import FoundationEssentials

/// `pageheap stats`: one snapshot of a process that runs.
struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Shows the figures of a running process's heap.",
        discussion: """
            The process must run on PageHeap and publish its figures: it does if it was started by 'pageheap run', or with \
            PAGEHEAP_STATISTICS_DIRECTORY set to a folder that it can write to. It may be in a container. Nothing is asked \
            of the process, so it is not disturbed, and one that hangs is shown as well.

            Documentation/figures.md, below share/doc/pageheap if installed, explains each figure. In short, --prometheus \
            does, too.

            EXAMPLES
              mkdir -p /run/pageheap
              export PAGEHEAP_STATISTICS_DIRECTORY=/run/pageheap
              LD_PRELOAD=…/libpageheapmalloc.so ./server &
              pageheap stats $!
              pageheap stats --json 4711 | jq .heap.live_bytes
              pageheap stats --prometheus 4711 > /var/lib/node_exporter/server.prom

            EXIT CODES
              0    the figures are shown
              64   usage error
              66   there is no such process, it publishes no figures, or they
                   cannot be read
            """)

    @Argument(help: "The process's identifier.")
    var pid: Int32

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print Prometheus's text format.")
    var prometheus = false

    mutating func validate() throws {
        if pid <= 0 { throw ValidationError("\(pid) is not the identifier of a process") }
        if json && prometheus { throw ValidationError("--json and --prometheus are two formats; choose one") }
    }

    mutating func run() throws {
        let snapshot = try ProcessSnapshot(of: pid)
        if json { return try StandardOutput.write(String(decoding: try snapshot.json(), as: UTF8.self)) }
        if prometheus { return try StandardOutput.write(PrometheusText(snapshot).text()) }
        let style = TerminalStyle.ofStandardOutput(ProcessInfo.processInfo.environment)
        try StandardOutput.write(SnapshotText(snapshot: snapshot, style: style).text())
    }
}
