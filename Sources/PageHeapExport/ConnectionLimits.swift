import NIOCore
import NIOHTTP1

/// Keeps one connection to its limits. It comes before the parser in the pipeline, and sees the bytes.
final class ConnectionLimits: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// What the connection is waiting for.
    enum Phase { case request, response, nextRequest }

    private let limits: ServerLimits
    private var phase = Phase.request
    private var received = 0
    private var deadline: Scheduled<Void>?

    init(_ limits: ServerLimits) {
        self.limits = limits
    }

    func channelActive(context: ChannelHandlerContext) {
        enter(.request, on: context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytes
        if phase == .nextRequest { enter(.request, on: context.channel) }
        guard received <= limits.requestBytes else {
            // As the parser does for headers that are too long; the client is told, and the connection closed.
            context.fireErrorCaught(HTTPParserError.headerOverflow)
            return
        }
        context.fireChannelRead(data)
    }

    /// Notes what the connection waits for from now on. It is closed if that takes too long.
    func enter(_ phase: Phase, on channel: any Channel) {
        self.phase = phase
        if phase == .nextRequest { received = 0 }
        deadline?.cancel()
        let time =
            switch phase {
            case .request: limits.requestTime
            case .response: limits.collectionTime + limits.responseTime
            case .nextRequest: limits.idleTime
            }
        deadline = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
