/// Which memory of a heap may be backed by huge pages.
package enum HugePageUse: Sendable {
    /// What the system backs with them by itself.
    case system
    /// Also the growth of a large heap. Page faults then cost a quarter as much; but four times as much on virtual
    /// machines whose host takes idle memory back, because memory then returns a huge page at a time.
    case growth
    /// None.
    case never
}
