/// Whether and how generations are told of on standard error.
package enum TraceKind: UInt8, Sendable {
    case none
    /// A line of text, as the Go runtime prints it.
    case text
    /// A line of JSON, with more in it.
    case json
}
