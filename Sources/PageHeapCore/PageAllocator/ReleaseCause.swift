/// Why memory was released.
package enum ReleaseCause: Sendable {
    /// By the background worker.
    case background
    /// By an allocation that made the heap grow.
    case growth
    /// By an allocation that met the memory limit.
    case limit
    /// By a forced release that the program asked for.
    case forced
}
