import PageHeapCore

extension PagedHeap.Configuration {
    /// How a heap releases the memory of free pages.
    public enum Release: Hashable, Sendable {
        /// Memory is released at once: resident memory falls, and on Linux pages read as zero when they are used again.
        case now
        /// The system takes the memory when it needs it. This is cheaper if pages are used again soon, but resident
        /// memory does not fall until then, and pages that are used again have unspecified contents.
        case lazy

        var method: ReleaseMethod { self == .lazy ? .lazily : .now }

        init(_ method: ReleaseMethod) { self = method == .lazily ? .lazy : .now }
    }
}
