/// When the system takes released memory.
package enum ReleaseMethod: Int32, Sendable {
    /// At once: resident memory falls, and the pages read as zero.
    case now = 0
    /// When the system needs it: resident memory falls later, and until then the pages may keep their contents.
    case lazily = 1
}
