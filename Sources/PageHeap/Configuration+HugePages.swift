import PageHeapCore

extension PagedHeap.Configuration {
    /// Whether a heap uses huge pages. In any case, a huge page is split before a part of it is released, and the
    /// system creates no new one there: otherwise the release would free nothing.
    public enum HugePages: Hashable, Sendable {
        /// The system decides.
        case system
        /// As `system`, but a heap that retains at least 256 MiB also asks for huge pages when it grows. Page faults
        /// then cost a fourth as much, but four times as much on virtual machines whose host reclaims idle memory.
        case growth
        /// The heap never uses huge pages.
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
