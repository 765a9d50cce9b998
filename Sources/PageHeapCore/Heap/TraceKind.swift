/// The trace mode: whether and how generations are reported on standard error.
package enum TraceKind: UInt8, Sendable {
    case none
    /// A line of text, in the format of the Go runtime.
    case text
    /// A line of JSON, with more figures.
    case json
}
