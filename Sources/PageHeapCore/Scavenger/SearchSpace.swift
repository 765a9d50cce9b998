import Synchronization

/// Where the scavenger has still to look in this generation.
///
/// Lies in memory that does not move, beside the heap's ``LockedPages``.
package struct SearchSpace: ~Copyable {
    /// The search lock: guards all below that does not say otherwise. Taken after the heap lock where both are held.
    package let lock = FutexLock<LockRanks.Search>()
    /// Not searched yet.
    package internal(set) var ranges: AddressRanges
    /// Generations started.
    package internal(set) var generation: UInt32 = 0
    /// What a worker takes at a time; 0 turns the scavenger off.
    package internal(set) var reservationBytes: ByteCount = 0
    /// Threads that search: from their first reservation until they hand back what they did not search. 0 means that no
    /// reservation is out, and that no page is out of the allocator's reach because it is being released.
    ///
    /// Not atomic: it changes in the locked sections that reserve and hand back, and whoever looks has to see it together
    /// with ``ranges``.
    package internal(set) var searchers = 0
    /// The lowest address scavenged in this generation; the maximum where there is none. The heap lock guards it, which
    /// is held where it changes.
    package internal(set) var lowWaterMark = OffsetAddress.maximum
    /// Bytes that the background worker has released in this generation. Relaxed: a figure to print.
    package let releasedInGeneration = Atomic<UInt>(0)
    /// The system does not know ``ReleaseMethod/lazily``. Relaxed: whoever misses it learns it anew.
    let refusesLazyRelease = Atomic<Bool>(false)

    /// What of the released memory is used again.
    package internal(set) var reuse = ReuseCounts()

    /// Which chunks may lie on huge pages; nothing where none does.
    package internal(set) var hugePages: HugePages?

    package init?(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let ranges = AddressRanges(using: system) else { return nil }
        self.ranges = ranges
    }

    /// Begins with the storage of its ranges, in zeroed memory.
    mutating func start(_ ranges: consuming AddressRanges) {
        self.ranges = ranges
        lowWaterMark = .maximum
    }

    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        ranges.cancel(using: system)
        hugePages?.cancel(using: system)
    }
}
