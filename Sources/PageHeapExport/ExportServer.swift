import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The server of metrics: one thread for all connections, one that collects.
package final class ExportServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel: any Channel
    private let socket: SocketFile?

    /// Where the server listens, with the port that the system has chosen.
    package let address: ListenAddress

    /// Starts a server.
    ///
    /// - Parameter collect: collects the figures. It may take its time, and is called by one thread at a time.
    /// - Throws: an error of the system if the server cannot listen there.
    package init(
        on address: ListenAddress, limits: ServerLimits = ServerLimits(),
        collect: @escaping @Sendable () -> any MetricsSnapshot
    ) throws {
        let collection = SharedCollection(limits: limits, collect: collect)
        let connections = ConnectionCount(limit: limits.connections)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                guard connections.add(channel) else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    try Self.prepare(channel, collection, limits)
                }
            }
        do {
            switch address {
            case .network(let name, let port):
                channel = try bootstrap.bind(to: SocketAddress(ipAddress: name, port: port)).wait()
                socket = nil
                self.address = .network(address: name, port: channel.localAddress?.port ?? port)
            case .socket(let path):
                try SocketFile.removeStale(path)
                channel = try bootstrap.bind(unixDomainSocketPath: path).wait()
                socket = SocketFile(path)
                self.address = address
            }
        } catch {
            try? group.syncShutdownGracefully()
            throw error
        }
    }

    /// Why there is no server, without the names of what was called.
    package static func reason(of error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    /// Closes the listening socket and all connections.
    package func stop() {
        try? channel.close().wait()
        try? group.syncShutdownGracefully()
        socket?.remove()
    }

    private static func prepare(_ channel: any Channel, _ collection: SharedCollection, _ limits: ServerLimits) throws {
        let connectionLimits = ConnectionLimits(limits)
        var decoder = NIOHTTPDecoderLimitConfiguration()
        decoder.maxHeaderFieldSize = limits.requestBytes
        decoder.maxHeaderListSize = limits.requestBytes
        var encoder = HTTPResponseEncoder.Configuration()
        // A response to HEAD has no body, not even an empty last chunk.
        encoder.automaticallySetFramingHeaders = false
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(connectionLimits)
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withServerUpgrade: nil, withErrorHandling: true,
            withOutboundHeaderValidation: true, withEncoderConfiguration: encoder,
            withDecoderLimitConfiguration: decoder)
        try pipeline.addHandler(MetricsConnection(collection, connectionLimits))
    }
}

/// Counts the open connections.
private final class ConnectionCount: Sendable {
    private let count = Atomic(0)
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Counts a connection until it is closed. Returns false if there are too many.
    func add(_ channel: any Channel) -> Bool {
        let before = count.add(1, ordering: .relaxed).oldValue
        channel.closeFuture.whenComplete { _ in self.count.subtract(1, ordering: .relaxed) }
        return before < limit
    }
}
