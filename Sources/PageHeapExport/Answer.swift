import NIOHTTP1

/// What the server answers to a request.
enum Answer {
    case metrics(MetricsFormat)
    case health
    case fixed(HTTPResponseStatus, contentType: String, text: String, headers: [(String, String)] = [])

    init(to request: HTTPRequestHead) {
        guard let path = Self.path(of: request.uri) else {
            self = .plain(.badRequest, "the request names no path\n")
            return
        }
        // Without it, a request of HTTP/1.1 is invalid.
        if request.version == .http1_1, request.headers["host"].count != 1 {
            self = .plain(.badRequest, "the request needs one Host header\n")
            return
        }
        guard ["/", "/metrics", "/healthz"].contains(path) else {
            self = .plain(.notFound, "there are /metrics and /healthz\n")
            return
        }
        guard request.method == .GET || request.method == .HEAD else {
            self = .plain(.methodNotAllowed, "only GET and HEAD are served\n", headers: [("Allow", "GET, HEAD")])
            return
        }
        switch path {
        case "/metrics": self = .metrics(MetricsFormat(accept: request.headers["accept"].joined(separator: ",")))
        case "/healthz": self = .health
        default: self = .fixed(.ok, contentType: "text/html; charset=utf-8", text: Self.page)
        }
    }

    static func plain(
        _ status: HTTPResponseStatus, _ text: String, headers: [(String, String)] = []
    ) -> Answer {
        .fixed(status, contentType: "text/plain; charset=utf-8", text: text, headers: headers)
    }

    /// Returns the path of a request's target, which proxies write as a whole URL; nil if it has none.
    static func path(of target: String) -> Substring? {
        var rest = target[...]
        if rest.lowercased().hasPrefix("http://") {
            rest = rest.dropFirst("http://".count).drop { $0 != "/" && $0 != "?" }
            if rest.isEmpty || rest.hasPrefix("?") { return "/" }
        }
        return rest.hasPrefix("/") ? rest.prefix { $0 != "?" && $0 != "#" } : nil
    }

    private static let page = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>pageheap export</title></head>
        <body><h1>pageheap export</h1>
        <p>The heaps of this host's processes on PageHeap, for Prometheus.</p>
        <ul><li><a href="/metrics">Metrics</a></li><li><a href="/healthz">Health</a></li></ul>
        </body></html>

        """
}
