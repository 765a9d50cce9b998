import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, one after the other.
final class MetricsConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let collection: SharedCollection
    private let limits: ConnectionLimits
    private var request: HTTPRequestHead?
    private var isResponding = false
    private var closesAfterResponse = false

    init(_ collection: SharedCollection, _ limits: ConnectionLimits) {
        self.collection = collection
        self.limits = limits
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        // Bodies mean nothing here; their size is limited with the request's.
        case .body: break
        case .end:
            guard let request else { return }
            self.request = nil
            respond(to: request, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .some(.inputClosed) = event as? ChannelEvent else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        // The client sends nothing more, but may wait for its response.
        if isResponding { closesAfterResponse = true } else { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The client has been told if it can be.
        context.close(promise: nil)
    }

    private func respond(to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isResponding = true
        limits.enter(.response, on: context.channel)
        closesAfterResponse = !request.isKeepAlive
        switch Answer(to: request) {
        case .fixed(let status, let contentType, let text, let headers):
            // A client that errs may be out of step.
            if status == .badRequest { closesAfterResponse = true }
            send(status, contentType, text, headers, to: request, context)
        case .health:
            let answer: (HTTPResponseStatus, String) =
                collection.isStuck ? (.serviceUnavailable, "a collection of figures hangs\n") : (.ok, "ok\n")
            send(answer.0, "text/plain; charset=utf-8", answer.1, [], to: request, context)
        case .metrics(let format) where request.method == .HEAD:
            sendHead(.ok, [("Content-Type", format.contentType)], to: request, context)
            finish(context)
        case .metrics(let format):
            let context = NIOLoopBound(context, eventLoop: context.eventLoop)
            let handler = NIOLoopBound(self, eventLoop: context.value.eventLoop)
            collection.snapshot(on: context.value.eventLoop).whenComplete { result in
                let (context, handler) = (context.value, handler.value)
                guard context.channel.isActive else { return }
                switch result {
                case .success(let snapshot): handler.stream(snapshot, format, to: request, context)
                case .failure:
                    let text = "collecting the figures takes too long\n"
                    handler.send(.serviceUnavailable, "text/plain; charset=utf-8", text, [], to: request, context)
                }
            }
        }
    }

    private func send(
        _ status: HTTPResponseStatus, _ contentType: String, _ text: String, _ headers: [(String, String)],
        to request: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        let length = ("Content-Length", "\(text.utf8.count)")
        sendHead(status, [("Content-Type", contentType), length] + headers, to: request, context)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        }
        finish(context)
    }

    private func sendHead(
        _ status: HTTPResponseStatus, _ headers: [(String, String)], to request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var head = HTTPResponseHead(version: .http1_1, status: status, headers: HTTPHeaders(headers))
        if closesAfterResponse {
            head.headers.add(name: "Connection", value: "close")
        } else if request.version != .http1_1 {
            head.headers.add(name: "Connection", value: "keep-alive")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
    }

    /// Sends a snapshot part by part, each of them once the client has taken the one before.
    private func stream(
        _ snapshot: any MetricsSnapshot, _ format: MetricsFormat, to request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var headers = [("Content-Type", format.contentType)]
        if request.version == .http1_1 {
            headers.append(("Transfer-Encoding", "chunked"))
        } else {
            // The end of the connection is the end of the text.
            closesAfterResponse = true
        }
        sendHead(.ok, headers, to: request, context)
        sendRest(of: snapshot.parts(format), context)
    }

    private func sendRest(of parts: any IteratorProtocol<[UInt8]>, _ context: ChannelHandlerContext) {
        var parts = parts
        guard let part = parts.next() else { return finish(context) }
        let sent = context.eventLoop.makePromise(of: Void.self)
        let rest = NIOLoopBound((handler: self, parts: parts, context: context), eventLoop: context.eventLoop)
        sent.futureResult.whenSuccess { rest.value.handler.sendRest(of: rest.value.parts, rest.value.context) }
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: part)))), promise: sent)
    }

    private func finish(_ context: ChannelHandlerContext) {
        let sent = context.eventLoop.makePromise(of: Void.self)
        let own = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        sent.futureResult.whenComplete { _ in
            let (handler, context) = own.value
            if handler.closesAfterResponse { context.close(promise: nil) }
        }
        isResponding = false
        limits.enter(closesAfterResponse ? .response : .nextRequest, on: context.channel)
        // The next request may be handled within this call.
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }
}
