/// Why memory was given back.
package enum ReleaseCause: Sendable {
    /// By the background worker.
    case background
    /// In an allocation that made the heap grow.
    case growth
    /// In an allocation that met the memory limit.
    case limit
    /// On request.
    case forced
}
