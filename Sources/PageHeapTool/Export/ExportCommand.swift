import ArgumentParser
import Glibc
import PageHeapExport
import Synchronization

/// `pageheap export`: the figures of all processes on PageHeap, for Prometheus.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Serves the figures of all processes on PageHeap on this host as Prometheus metrics.",
        discussion: """
            Processes are served if they publish their figures: if they were started with PAGEHEAP_STATISTICS_DIRECTORY set \
            to a folder that they can write to, or by 'pageheap run'. They may be in containers. Nothing is asked of them. \
            As root, all processes are seen; as another user, only that user's: pageheap_export_processes says how many \
            publish nothing, cannot be read, or are hidden.

            The server answers /metrics, in Prometheus's text format or as OpenMetrics, and /healthz. A host's processes are \
            looked for only while somebody asks, and no more often than --walk-interval says.

            EXAMPLES
              pageheap export
              pageheap export --listen 0.0.0.0:17243 --most 1000
              pageheap export --listen unix:/run/pageheap-export.socket
              pageheap export --once > /var/lib/node_exporter/pageheap.prom

            EXIT CODES
              0    the server was ended by SIGINT, SIGTERM or SIGHUP; with
                   --once, the figures are printed
              64   usage error
              66   the processes cannot be listed
              74   the address cannot be listened on, or the figures cannot be
                   written
            """)

    @Option(help: ArgumentHelp("Where to listen: ADDRESS:PORT or unix:PATH.", valueName: "address"))
    var listen = "127.0.0.1:17243"

    @Option(
        help: ArgumentHelp("The root of the host's files, if it is mounted elsewhere than at /.", valueName: "folder"))
    var rootPath = "/"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The most processes to serve; the oldest ones are kept.", valueName: "number"))
    var most = 5000

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The least time between two searches for processes.", valueName: "seconds"))
    var walkInterval = 15

    @Flag(help: "Print the metrics and end.")
    var once = false

    /// The signals that end the server. Its first use blocks them: they are taken one by one, so that none of them ends the
    /// tool before the server has begun.
    private static let endRequests = SignalSet(Array(SignalSet.endRequests))
    static let signalsBlockedAtStart = endRequests.block()

    mutating func validate() throws {
        _ = try address()
        if most < 1 { throw ValidationError("--most \(most): at least 1 process has to be served") }
        if !(1...86400).contains(walkInterval) {
            throw ValidationError("--walk-interval \(walkInterval): the interval is 1 to 86400 seconds")
        }
    }

    mutating func run() throws {
        let host = HostTree(root: rootPath)
        guard !host.processIdentifiers().isEmpty else {
            throw ToolError(.noInput, "there are no processes in '\(host.processes)'; mount the host's /proc there")
        }
        var limits = FleetCollector.Limits()
        limits.processes = most
        limits.walkInterval = .seconds(walkInterval)
        if once { return try Self.print(host, limits) }
        try serve(host, limits)
    }

    private func address() throws(ValidationError) -> ListenAddress {
        do {
            return try ListenAddress(listen)
        } catch {
            throw ValidationError("--listen \(error.message)")
        }
    }

    private static func print(_ host: HostTree, _ limits: FleetCollector.Limits) throws(ToolError) {
        // A signal that ends the tool in the middle of its output must not look like success.
        signalsBlockedAtStart.restore()
        var limits = limits
        limits.lookTime = .seconds(60)
        var collector = FleetCollector(host: host, limits: limits)
        var text = FleetText(collector.collect(), .text)
        while let part = text.next() { try StandardOutput.write(String(decoding: part, as: UTF8.self)) }
    }

    private func serve(_ host: HostTree, _ limits: FleetCollector.Limits) throws {
        _ = Self.signalsBlockedAtStart
        let collector = Mutex(FleetCollector(host: host, limits: limits))
        let server: ExportServer
        do {
            server = try ExportServer(on: address()) { collector.withLock { $0.collect() } }
        } catch {
            throw ToolError(.inputOutput, "cannot listen on '\(listen)': \(ExportServer.reason(of: error))")
        }
        StandardError.say("serving \(server.address.shown)")
        while Self.endRequests.wait(atMost: .seconds(3600)) == nil {}
        server.stop()
    }
}
