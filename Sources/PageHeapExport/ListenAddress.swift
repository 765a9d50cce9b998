import NIOCore

/// Where the server listens.
package enum ListenAddress: Hashable, Sendable {
    /// A numeric address of IPv4 or IPv6, and a port; 0 lets the system choose one.
    case network(address: String, port: Int)
    /// The path of a socket.
    case socket(path: String)

    /// What is wrong with the text of an address.
    package struct Invalid: Error, Hashable, Sendable {
        package let message: String
    }

    /// Reads `ADDRESS:PORT`, `[ADDRESS]:PORT` for IPv6, or `unix:PATH`.
    package init(_ text: String) throws(Invalid) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            // The kernel's structure has 108 bytes, the last of them zero.
            guard !path.isEmpty, path.utf8.count < 108 else {
                throw Invalid(message: "'\(text)' needs the path of a socket, of 1 to 107 bytes, after 'unix:'")
            }
            self = .socket(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw Invalid(message: "'\(text)' is not an address; write ADDRESS:PORT or unix:PATH")
        }
        var address = String(text[..<colon])
        let isBracketed = address.hasPrefix("[") && address.hasSuffix("]")
        if isBracketed {
            address = String(address.dropFirst().dropLast())
        } else if address == "localhost" {
            address = "127.0.0.1"
        }
        guard let parsed = try? SocketAddress(ipAddress: address, port: Int(port)),
            isBracketed == (parsed.protocol == .inet6)
        else {
            throw Invalid(message: "'\(text)' needs a numeric address before the port, such as 127.0.0.1 or [::1]")
        }
        self = .network(address: address, port: Int(port))
    }

    /// The address as it is written in a URL, or the socket's path.
    package var shown: String {
        switch self {
        case .network(let address, let port):
            "http://\(address.contains(":") ? "[\(address)]" : address):\(port)/metrics"
        case .socket(let path): "unix:\(path)"
        }
    }
}
