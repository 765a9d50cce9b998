import PageHeapCore

extension PageHeap.Configuration {
    /// How the memory of free pages is given back.
    public enum Release: Hashable, Sendable {
        /// At once: resident memory falls, and on Linux pages read as zero when they are used again.
        case now
        /// When the system needs it: cheaper where pages are used again soon, but resident memory stays as it is until then,
        /// and what pages hold when they are used again is unspecified.
        case lazy

        var method: ReleaseMethod { self == .lazy ? .lazily : .now }

        init(_ method: ReleaseMethod) { self = method == .lazily ? .lazy : .now }
    }
}
