import PageHeapCore

extension PageHeap.Configuration {
    /// Whether a heap lies on huge pages. Before a piece of a huge page is given back, the page is parted in any case, and
    /// the system makes no new one there: else giving back would free nothing.
    public enum HugePages: Hashable, Sendable {
        /// Where the system puts it there by itself.
        case system
        /// Also where a heap that retains 256 MiB grows. Page faults cost a fourth then; but on virtual machines whose host
        /// takes idle memory back, four times as much.
        case growth
        /// Never.
        case never

        var use: HugePageUse {
            switch self {
            case .system: .system
            case .growth: .growth
            case .never: .never
            }
        }

        init(_ use: HugePageUse) {
            switch use {
            case .system: self = .system
            case .growth: self = .growth
            case .never: self = .never
            }
        }
    }
}
