import PageHeapCore

/// A scavenger that several heaps share. It releases their free memory in the background, on one thread and with one
/// share of CPU time.
///
/// A ``PagedHeap`` has a scavenger of its own unless it is created with one of these. If a process has many
/// heaps, let them share one: otherwise each heap has a thread of its own, and each thread may use one percent of the
/// machine's CPU time.
///
/// ```swift
/// let scavenger = try Scavenger(cpuPercent: 1)
/// let pages = try PagedHeap(scavenger: scavenger)
/// let indexes = try PagedHeap(scavenger: scavenger)
/// print(pages.statistics.retainedByteCount + indexes.statistics.retainedByteCount)
/// ```
///
/// Each heap keeps its own goal. All heaps that have memory to release get the same amount of time. If none has, the
/// thread sleeps, without a timer, until one of them frees enough memory to matter.
///
/// Heaps can be created and torn down at any time and on any thread. Tearing a heap down waits for the system call that
/// the scavenger may be making for it. The thread starts when the first heap has memory to release, and ends when no
/// heap and no reference to the scavenger is left. Heaps keep their scavenger alive, so its creator need not.
public final class Scavenger: Sendable {
    let scavenger: SystemScavenger

    /// Creates a scavenger. Its thread does not start before a heap needs it.
    ///
    /// - Parameters:
    ///   - cpuPercent: the share of the machine's CPU time that the thread may use for all heaps together, in percent:
    ///     0.1 to 100. The heaps' own ``PagedHeap/Configuration/scavengePercent`` is ignored.
    ///   - pacer: how the thread keeps to that share: by default over any minute. The heaps' own
    ///     ``PagedHeap/Configuration/pacer`` does not change the pace, only how often the heap's goal is set:
    ///     ten times a second with ``PagedHeap/Configuration/Pacer/budget``, otherwise once a second.
    /// - Throws: ``PageHeapError/invalidConfiguration(_:)``; ``PageHeapError/limitReached(_:)`` or
    ///   ``PageHeapError/system(_:)`` if the system refuses memory.
    /// - Complexity: O(1).
    public init(
        cpuPercent: Double = 1, pacer: PagedHeap.Configuration.Pacer = .budget
    ) throws(PageHeapError) {
        let share = try PagedHeap.Configuration.checkedShare(cpuPercent, named: "cpuPercent")
        guard let scavenger = SystemScavenger(share: share, pacer: pacer.kind) else { throw .refusedHeap }
        self.scavenger = scavenger
    }

    deinit { scavenger.dropReference() }
}
