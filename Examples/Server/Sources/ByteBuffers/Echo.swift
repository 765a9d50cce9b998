import NIOCore
import NIOPosix

/// A round trip of one message to a server on this machine and back.
enum Echo {
    /// A handler that sends back what it receives.
    private final class Handler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            context.writeAndFlush(data, promise: nil)
        }
    }

    /// Sends a message to an echo server and receives it again.
    ///
    /// - Parameter allocator: the allocator of the server's channels; if nil, they use SwiftNIO's.
    /// - Returns: the count of bytes that came back.
    static func roundTrip(_ message: String, allocator: ByteBufferAllocator?) async throws -> Int {
        var bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Handler()) }
            }
        if let allocator { bootstrap = bootstrap.childChannelOption(.allocator, value: allocator) }
        let server = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        guard let address = server.localAddress else { throw ChannelError.unknownLocalAddress }
        let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address) {
            channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        let count = try await client.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: message))
            var count = 0
            for try await buffer in inbound {
                count += buffer.readableBytes
                if count >= message.utf8.count { break }
            }
            return count
        }
        try await server.close()
        return count
    }
}
