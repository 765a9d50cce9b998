/// Whether a heap lies on huge pages.
package enum HugePageUse: Sendable {
    /// Where the system puts it there by itself.
    case system
    /// Also where a large heap grows. Faults cost a fourth; but on virtual machines whose host takes idle memory back, four
    /// times as much, because it comes back a huge page at a time.
    case growth
    /// Never.
    case never
}
