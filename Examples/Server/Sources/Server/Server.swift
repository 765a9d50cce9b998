import CPageHeapInterface
import Hummingbird
import Logging
import Metrics
import PageHeapService
import ServiceLifecycle

/// A web server on PageHeap's malloc.
///
///     Server [PORT]      the default is 8080; with 0, the server takes a free port, which it logs
@main
struct Server {
    static func main() async throws {
        let logger = Logger(label: "server")
        // Some linkers leave a library out if nothing of it is used.
        logger.info(
            "PageHeap's malloc", metadata: ["interface": "\(pageheap_version() >> 16).\(pageheap_version() & 0xffff)"])
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)

        var configuration = HeapService.Configuration()
        configuration.interval = .seconds(1)
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080
        let application = Application(
            router: router(registry), configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                logger.info("listening", metadata: ["port": "\(channel.localAddress?.port ?? port)"])
            }, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: try HeapService(logger: logger, configuration: configuration)),
                    .init(service: application),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        logger.info("ended")
    }

    private static func router(_ registry: PrometheusRegistry) -> Router<BasicRequestContext> {
        let records = Records()
        let router = Router()
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: registry.text())))
        }
        router.post("/records/:megabytes") { _, context in
            let megabytes = try context.parameters.require("megabytes", as: Int.self)
            guard (1...1024).contains(megabytes) else { throw HTTPError(.badRequest, message: "1 to 1024, please") }
            return "\(records.add(megabytes: megabytes)) records\n"
        }
        router.delete("/records") { _, _ in "\(records.removeAll()) records dropped\n" }
        return router
    }
}
