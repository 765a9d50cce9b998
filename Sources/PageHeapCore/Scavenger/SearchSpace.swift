import Synchronization

/// The part of the address space that the scavenger has yet to search in this generation.
///
/// Must lie in memory that does not move, beside the heap's ``LockedPages``.
package struct SearchSpace: ~Copyable {
    /// The search lock. It guards the members below unless they say otherwise. If both are held, it is taken after the
    /// heap lock.
    package let lock = FutexLock<LockRanks.Search>()
    /// The ranges not searched yet.
    package internal(set) var ranges: AddressRanges
    /// The number of generations started.
    package internal(set) var generation: UInt32 = 0
    /// Bytes of a reservation; 0 turns the scavenger off.
    package internal(set) var reservationBytes: ByteCount = 0
    /// The number of threads that search, from their first reservation until they hand back the rest. 0 means that no
    /// reservation is out, and that no page is hidden from the allocator because it is being released.
    ///
    /// Not atomic: it changes in the locked sections that reserve and hand back, and must be read together with
    /// ``ranges``.
    package internal(set) var searchers = 0
    /// The lowest address scavenged in this generation; the maximum if there is none. Guarded by the heap lock, which
    /// is held where it changes.
    package internal(set) var lowWaterMark = OffsetAddress.maximum
    /// Bytes that the background worker has released in this generation. Relaxed: a figure to print.
    package let releasedInGeneration = Atomic<UInt>(0)
    /// Whether the system does not know ``ReleaseMethod/lazily``. Relaxed: a thread that misses the change only repeats
    /// the discovery.
    let refusesLazyRelease = Atomic<Bool>(false)

    /// How much released memory is used again soon.
    package internal(set) var reuse = ReuseCounts()

    /// The chunks that may be backed by huge pages; `nil` if none are.
    package internal(set) var hugePages: HugePages?

    package init?(using system: borrowing some OperatingSystem & ~Copyable) {
        guard let ranges = AddressRanges(using: system) else { return nil }
        self.ranges = ranges
    }

    /// Initialises the search space in zeroed memory, with the storage of its ranges.
    mutating func start(_ ranges: consuming AddressRanges) {
        self.ranges = ranges
        lowWaterMark = .maximum
    }

    package func cancel(using system: borrowing some OperatingSystem & ~Copyable) {
        ranges.cancel(using: system)
        hugePages?.cancel(using: system)
    }
}
