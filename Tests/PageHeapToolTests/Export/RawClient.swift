import Foundation
import Glibc

/// A connection to a server, byte by byte.
final class RawClient {
    private let descriptor: Int32

    struct Failure: Error {}

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isConnected = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { throw Failure() }
        setTimeout()
    }

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw Failure() }
        setTimeout()
    }

    deinit { Glibc.close(descriptor) }

    /// No test waits for longer than a sound machine ever needs.
    private func setTimeout() {
        var time = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            == bytes.count
    }

    /// Sends nothing more.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Returns what the server sends until it closes the connection; nil if it does not.
    func rest() -> String? {
        var received: [UInt8] = []
        while let more = receive(), !more.isEmpty { received += more }
        return isClosed ? String(decoding: received, as: UTF8.self) : nil
    }

    /// Returns what the server sends until it has sent a certain text.
    func received(until end: String) -> String {
        var received: [UInt8] = []
        while !received.suffix(end.utf8.count).elementsEqual(end.utf8), let more = receive(limit: 1), !more.isEmpty {
            received += more
        }
        return String(decoding: received, as: UTF8.self)
    }

    private var isClosed = false

    private func receive(limit: Int = 1 << 16) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &buffer, limit, 0)
        // A connection that is closed with bytes unread is reset.
        if count == 0 || count < 0 && errno == ECONNRESET { isClosed = true }
        return count < 0 ? nil : Array(buffer[..<count])
    }

    /// Returns the response to one request, after which the server closes the connection.
    static func get(_ path: String, port: Int, method: String = "GET", headers: String = "") throws -> String {
        let client = try RawClient(port: port)
        client.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(headers)\r\n")
        return client.rest() ?? "no end"
    }
}
