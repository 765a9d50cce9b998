import NIOCore

/// What clients may cost the server.
package struct ServerLimits: Sendable {
    /// Connections at one time; one more is closed at once.
    package var connections = 64
    /// The bytes of one request, with its headers and its body, if it has one.
    package var requestBytes = 16 << 10
    /// The time from a connection's start, or from the first byte of a later request, to the end of the request.
    package var requestTime = TimeAmount.seconds(10)
    /// The time between two requests on a connection.
    package var idleTime = TimeAmount.seconds(120)
    /// The time for the whole response, until the client has taken it.
    package var responseTime = TimeAmount.seconds(60)
    /// The time that a request waits for figures.
    package var collectionTime = TimeAmount.seconds(30)
    /// How long figures are handed out again before others are collected.
    package var freshTime = TimeAmount.seconds(1)

    package init() {}
}
