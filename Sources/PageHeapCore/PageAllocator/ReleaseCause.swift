/// Why memory was given back.
package enum ReleaseCause: Sendable {
    case background, growth, forced
}
