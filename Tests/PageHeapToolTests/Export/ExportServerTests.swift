import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import PageHeapExport

struct ExportServerTests {
    /// Text of a given number of parts.
    private struct Text: MetricsSnapshot {
        var count = 1

        struct Parts: IteratorProtocol {
            var rest: Int
            let format: MetricsFormat
            mutating func next() -> [UInt8]? {
                rest -= 1
                return rest < 0 ? nil : Array("\(format) \(String(repeating: "x", count: 65_000))\n".utf8)
            }
        }

        func parts(_ format: MetricsFormat) -> any IteratorProtocol<[UInt8]> { Parts(rest: count, format: format) }
    }

    /// A server, which a test stops at its end.
    private final class Running {
        let server: ExportServer
        let port: Int

        init(
            _ limits: ServerLimits = ServerLimits(), collect: @escaping @Sendable () -> any MetricsSnapshot = { Text() }
        ) throws {
            server = try ExportServer(on: .network(address: "127.0.0.1", port: 0), limits: limits, collect: collect)
            guard case .network(_, let port) = server.address else { throw RawClient.Failure() }
            self.port = port
        }

        func stop() { server.stop() }
    }

    @Test func whatIsThereIsServed() throws {
        let running = try Running()
        defer { running.stop() }
        let metrics = try RawClient.get("/metrics?a=b", port: running.port)
        #expect(metrics.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(metrics.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        #expect(metrics.contains("text xxx"))
        #expect(metrics.hasSuffix("\r\n0\r\n\r\n"))
        let accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n"
        let open = try RawClient.get("/metrics", port: running.port, headers: accept)
        #expect(open.contains("Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
        #expect(open.contains("openMetrics xxx"))
        #expect(try RawClient.get("/healthz", port: running.port).hasSuffix("\r\n\r\nok\n"))
        #expect(try RawClient.get("http://h:1/healthz", port: running.port).hasSuffix("\r\n\r\nok\n"))
        #expect(try RawClient.get("/", port: running.port).contains("<a href=\"/metrics\">"))
    }

    @Test(arguments: ["/metrics", "/healthz", "/", "/none"])
    func headHasNoBody(path: String) throws {
        let running = try Running()
        defer { running.stop() }
        let response = try RawClient.get(path, port: running.port, method: "HEAD")
        #expect(response.hasSuffix("\r\n\r\n"))
        #expect(response.components(separatedBy: "\r\n\r\n").count == 2)
        // The connection can go on.
        let client = try RawClient(port: running.port)
        client.send("HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.received(until: "ok\n").hasSuffix("\r\n\r\nok\n"))
    }

    @Test(arguments: [
        ("/none", "GET", "404 Not Found"), ("/metrics/", "GET", "404"), ("*", "OPTIONS", "400"),
        ("/metrics", "POST", "405 Method Not Allowed"), ("/healthz", "DELETE", "405"), ("metrics", "GET", "400"),
    ])
    func whatIsNotThereIsRefused(path: String, method: String, status: String) throws {
        let running = try Running()
        defer { running.stop() }
        let response = try RawClient.get(path, port: running.port, method: method)
        #expect(response.hasPrefix("HTTP/1.1 \(status)"), "\(response.prefix(100))")
        #expect(response.contains("Allow: GET, HEAD\r\n") == status.hasPrefix("405"))
    }

    @Test func connectionsAreKept() throws {
        let running = try Running()
        defer { running.stop() }
        let client = try RawClient(port: running.port)
        for _ in 0..<3 {
            client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(client.received(until: "\r\n0\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        }
        // Two at once, the answers in order.
        client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n")
        let both = client.received(until: "/healthz\n")
        #expect(both.hasPrefix("HTTP/1.1 200") && both.contains("HTTP/1.1 404"))
    }

    @Test func anOldClientGetsItsTextUntilTheEndOfTheConnection() throws {
        let running = try Running()
        defer { running.stop() }
        let client = try RawClient(port: running.port)
        client.send("GET /metrics HTTP/1.0\r\n\r\n")
        let response = client.rest() ?? ""
        #expect(response.hasSuffix("x\n"))
        #expect(!response.contains("chunked"))
    }

    @Test func aClientThatSendsNothingMoreGetsItsResponse() throws {
        let running = try Running(collect: { Text(count: 50) })
        defer { running.stop() }
        let client = try RawClient(port: running.port)
        client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        client.finish()
        #expect(client.rest()?.hasSuffix("\r\n0\r\n\r\n") == true)
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /metrics HTTP/1.1\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        // LONG stands for more than a request may have.
        "GET /LONG HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nA: LONG\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nLONG: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nLONG",
    ])
    func malformedAndOversizedRequestsEndTheConnection(request: String) throws {
        let running = try Running()
        defer { running.stop() }
        let client = try RawClient(port: running.port)
        client.send(request.replacingOccurrences(of: "LONG", with: String(repeating: "a", count: 70_000)))
        let response = try #require(client.rest())
        #expect(response.isEmpty || response.hasPrefix("HTTP/1.1 400"), "\(response.prefix(200))")
        #expect(try RawClient.get("/healthz", port: running.port).hasSuffix("ok\n"))
    }

    @Test func randomBytesEndTheConnection() throws {
        let running = try Running()
        defer { running.stop() }
        let seed = UInt64.random(in: .min ... .max)
        var state = seed
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        for _ in 0..<30 {
            let client = try RawClient(port: running.port)
            client.send((0...Int(next())).map { _ in next() })
            client.finish()
            #expect(client.rest() != nil, "\(seed)")
        }
        #expect(try RawClient.get("/healthz", port: running.port).hasSuffix("ok\n"))
    }

    @Test func aClientThatTakesTooLongToAskIsCutOff() throws {
        var limits = ServerLimits()
        limits.requestTime = .milliseconds(100)
        let running = try Running(limits)
        defer { running.stop() }
        let silent = try RawClient(port: running.port)
        let slow = try RawClient(port: running.port)
        slow.send("GET /metrics HT")
        #expect(silent.rest() == "")
        #expect(slow.rest() != nil)
    }

    @Test func aClientThatAsksNoMoreIsCutOff() throws {
        var limits = ServerLimits()
        limits.idleTime = .milliseconds(100)
        let running = try Running(limits)
        defer { running.stop() }
        let client = try RawClient(port: running.port)
        client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(client.rest()?.hasSuffix("ok\n") == true)
    }

    @Test func aClientThatDoesNotReadIsCutOffAndHoldsNobodyUp() throws {
        var limits = ServerLimits()
        limits.collectionTime = .milliseconds(500)
        limits.responseTime = .milliseconds(500)
        // More than what the sockets hold.
        let running = try Running(limits, collect: { Text(count: 1000) })
        defer { running.stop() }
        let slow = try RawClient(port: running.port)
        slow.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(slow.received(until: "text").hasPrefix("HTTP/1.1 200"))
        #expect(try RawClient.get("/healthz", port: running.port).hasSuffix("ok\n"))
        usleep(1_500_000)
        let rest = try #require(slow.rest())
        #expect(!rest.hasSuffix("\r\n0\r\n\r\n"))
    }

    @Test func connectionsBeyondTheLimitAreClosed() throws {
        var limits = ServerLimits()
        limits.connections = 2
        let running = try Running(limits)
        defer { running.stop() }
        var kept: [RawClient] = []
        for _ in 0..<2 {
            let client = try RawClient(port: running.port)
            client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(client.received(until: "ok\n").hasSuffix("ok\n"))
            kept.append(client)
        }
        #expect(try RawClient(port: running.port).rest() == "")
        kept.removeAll()
        #expect(eventually { (try? RawClient.get("/healthz", port: running.port).hasSuffix("ok\n")) == true })
    }

    @Test func requestsAtOneTimeShareACollection() throws {
        let collections = Atomic(0)
        let mayEnd = DispatchSemaphore(value: 0)
        let running = try Running(collect: {
            collections.add(1, ordering: .relaxed)
            mayEnd.wait()
            return Text()
        })
        defer { running.stop() }
        let clients = try (0..<10).map { _ in try RawClient(port: running.port) }
        for client in clients { client.send("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") }
        #expect(eventually { collections.load(ordering: .relaxed) == 1 })
        // All of them are read before: the server has one thread.
        #expect(try RawClient.get("/healthz", port: running.port).hasSuffix("ok\n"))
        mayEnd.signal()
        for client in clients { #expect(client.rest()?.hasSuffix("0\r\n\r\n") == true) }
        #expect(collections.load(ordering: .relaxed) == 1)
    }

    @Test func aCollectionThatHangsIsToldAndTheServerStillStops() throws {
        var limits = ServerLimits()
        limits.collectionTime = .milliseconds(50)
        let mayEnd = DispatchSemaphore(value: 0)
        defer { mayEnd.signal() }
        let running = try Running(limits) {
            mayEnd.wait()
            return Text()
        }
        defer { running.stop() }
        #expect(try RawClient.get("/metrics", port: running.port).hasPrefix("HTTP/1.1 503"))
        #expect(eventually { (try? RawClient.get("/healthz", port: running.port).hasPrefix("HTTP/1.1 503")) == true })
    }

    @Test func aSocketIsMadeAndRemoved() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("s")
        for _ in 0..<2 {
            let server = try ExportServer(on: .socket(path: path)) { Text() }
            let client = try RawClient(path: path)
            client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(client.rest()?.hasSuffix("ok\n") == true)
            // Another server must not take it away.
            #expect(throws: (any Error).self) { try ExportServer(on: .socket(path: path)) { Text() } }
            server.stop()
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        try folder.write("text", to: "s")
        #expect(throws: (any Error).self) { try ExportServer(on: .socket(path: path)) { Text() } }
        #expect(folder.text(of: "s") == "text")
    }

    @Test(arguments: [
        ("127.0.0.1:80", ListenAddress.network(address: "127.0.0.1", port: 80)),
        ("localhost:0", .network(address: "127.0.0.1", port: 0)), ("[::1]:1", .network(address: "::1", port: 1)),
        ("unix:/a b", .socket(path: "/a b")),
    ])
    func addressesAreRead(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress(text) == address)
    }

    @Test(arguments: [
        "", "80", ":80", "host", "1.2.3.4:", "1.2.3.4:65536", "::1:80", "zz:80", "unix:", "1.2.3.4:-1", "abc:80",
        "[127.0.0.1]:1", "1.2.3:80", "[::1:80", "[]:80",
    ])
    func otherAddressesAreRefused(text: String) {
        #expect(throws: ListenAddress.Invalid.self) { try ListenAddress(text) }
    }

    @Test(arguments: [
        ("", MetricsFormat.text), ("*/*", .text), ("application/openmetrics-text", .openMetrics),
        ("application/openmetrics-text; version=1.0.0; q=0.2, text/plain;q=0.5", .text),
        ("application/openmetrics-text;q=0", .text), ("APPLICATION/OpenMetrics-Text , */*;q=0.1", .openMetrics),
        ("application/openmetrics-text;q=nonsense", .text), ("application/json", .text),
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
        ),
    ])
    func theFormatIsWhatTheClientPrefers(accept: String, format: MetricsFormat) {
        #expect(MetricsFormat(accept: accept) == format)
    }
}
