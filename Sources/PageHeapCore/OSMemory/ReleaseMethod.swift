/// How physical memory is given back.
package enum ReleaseMethod: Int32, Sendable {
    /// At once: resident memory falls, and the pages read as zero.
    case now = 0
    /// When the system needs it: resident memory falls later, and until then the pages keep what they held.
    case lazily = 1
}
